package io.distil.storage.store;

import io.distil.base.NanoClock;
import io.distil.storage.ring.Disk;
import io.distil.storage.segment.BlockStoreOptions;

import java.io.IOException;
import java.util.UUID;

/// Opens stores for tests: small blocks, small segments, a fixed clock.
final class Stores {
    static final int SEGMENT_BYTES = 128 << 10;
    private static final int KEYED_BLOCK_BYTES = 512;
    static final long EPOCH_NANOS = 1_700_000_000_000_000_000L;

    static final NanoClock CLOCK =
            new NanoClock() {
                @Override
                public long epochNanos() {
                    return EPOCH_NANOS;
                }

                @Override
                public long monotonicNanos() {
                    return 0;
                }
            };

    private Stores() {}

    static Store open(Disk disk) throws IOException {
        BlockStoreOptions blocks = new BlockStoreOptions(1 << 20, SEGMENT_BYTES);
        return Store.open(disk, new StoreOptions(blocks, KEYED_BLOCK_BYTES, () -> new UUID(1, 2)), CLOCK);
    }
}
