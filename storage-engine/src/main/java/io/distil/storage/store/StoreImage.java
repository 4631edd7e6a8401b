package io.distil.storage.store;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.base.memory.OffHeap;
import io.distil.storage.segment.SegmentExtent;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A checkpoint as it can be copied: who it belongs to, and how much of which segments it refers to. What is listed never
/// changes while the store lives, so a copy may be made in parts, at any time, and go on with a later image of the same
/// store.
///
/// @param segments ascending by number
public record StoreImage(UUID storeId, long createdEpochNanos, Checkpoint checkpoint, List<SegmentExtent> segments) {
    /// Raised when the layout of {@link #encode} changes.
    private static final int FORMAT = 1;

    public StoreImage {
        segments = List.copyOf(segments);
    }

    /// All bytes of segments.
    public long bytes() {
        return segments.stream().mapToLong(SegmentExtent::bytes).sum();
    }

    /// For another node: format, the superblock's page, and the segments. The table is in the package's description.
    public byte[] encode() {
        byte[] bytes = new byte[Integer.BYTES + Superblock.SLOT_BYTES + Integer.BYTES + 12 * segments.size()];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        MemoryWriter writer = new MemoryWriter().wrap(memory);
        MemorySegment slot = MemorySegment.ofArray(new byte[Superblock.SLOT_BYTES]);
        superblock().encode(slot);
        writer.u32(FORMAT).raw(slot).u32(segments.size());
        segments.forEach(segment -> writer.u32(segment.segmentNumber()).i64(segment.bytes()));
        return bytes;
    }

    /// @throws CorruptBlock if this is no image
    /// @throws Refused `FORMAT_TOO_NEW`
    public static StoreImage decode(byte[] bytes) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(bytes), "store image");
        int format = reader.u32();
        if (format != FORMAT) {
            throw tooNew(format);
        }
        MemorySegment slot = reader.raw(Superblock.SLOT_BYTES);
        Superblock superblock = decode(slot);
        List<SegmentExtent> segments = new ArrayList<>();
        int numberBefore = -1;
        for (int left = reader.u32(); left > 0; left--) {
            SegmentExtent segment = new SegmentExtent(reader.u32(), reader.i64());
            if (segment.segmentNumber() <= numberBefore
                    || segment.segmentNumber() >= superblock.checkpoint().nextSegment()
                    || segment.bytes() <= 0
                    || segment.bytes() % OffHeap.PAGE_BYTES != 0) {
                throw new CorruptBlock(
                        "store image: segment %d of %d bytes follows segment %d; numbers rise below %d, bytes are whole pages"
                                .formatted(
                                        segment.segmentNumber(),
                                        segment.bytes(),
                                        numberBefore,
                                        superblock.checkpoint().nextSegment()));
            }
            segments.add(segment);
            numberBefore = segment.segmentNumber();
        }
        return new StoreImage(superblock.storeId(), superblock.createdEpochNanos(), superblock.checkpoint(), segments);
    }

    private static Superblock decode(MemorySegment slot) throws CorruptBlock {
        List<String> reasons = new ArrayList<>();
        for (int index = 0; index < Superblock.SLOT_COUNT; index++) {
            switch (Superblock.decode(slot, index, "store image")) {
                case Superblock.Slot.Valid valid -> {
                    return valid.superblock();
                }
                case Superblock.Slot.TooNew tooNew -> throw tooNew(tooNew.format());
                case Superblock.Slot.Damaged damaged -> reasons.add(damaged.reason());
                case Superblock.Slot.Foreign _ -> reasons.add("no superblock");
            }
        }
        throw new CorruptBlock("store image: " + String.join("; ", reasons));
    }

    private static Refused tooNew(int format) {
        return new Refused(
                ErrorCode.FORMAT_TOO_NEW,
                "a store image has format " + Integer.toUnsignedString(format) + ", which this program does not know");
    }

    private Superblock superblock() {
        return new Superblock(storeId, createdEpochNanos, checkpoint);
    }
}
