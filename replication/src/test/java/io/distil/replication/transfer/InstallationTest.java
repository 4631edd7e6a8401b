package io.distil.replication.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.segment.BlockStoreOptions;
import io.distil.storage.store.Store;
import io.distil.storage.store.StoreImage;
import io.distil.storage.store.StoreOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// A checkpoint on its way to another disk: whole or not at all, and nothing twice.
class InstallationTest {
    private static final StoreOptions OPTIONS =
            new StoreOptions(new BlockStoreOptions(4 << 20, 1 << 20), 4096, UUID::randomUUID);

    private final Leaks leaks = new Leaks();
    private final Random random = new Random(11);
    private final SimulatedDisk sender = new SimulatedDisk(1);
    private final SimulatedDisk receiver = new SimulatedDisk(2);
    private Store store;

    @BeforeEach
    void fill() throws IOException {
        store = Store.open(sender, OPTIONS, NanoClock.SYSTEM);
        write(0, 3000);
        Store.open(receiver, OPTIONS, NanoClock.SYSTEM).close();
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        leaks.assertNone();
    }

    private void write(int from, int until) throws IOException {
        List<KeyedChange> changes = new ArrayList<>();
        for (int i = from; i < until; i++) {
            byte[] value = new byte[1000];
            random.nextBytes(value);
            changes.add(new KeyedChange.Put(key(i), value));
        }
        store.checkpoint(until, until + 1, changes);
    }

    private static byte[] key(int i) {
        return new byte[] {1, (byte) (i >> 8), (byte) i};
    }

    private CheckpointSource source() throws IOException {
        return new CheckpointSource(sender, store.image(), () -> {});
    }

    private static void putAll(Installation installation, CheckpointSource source) throws IOException {
        for (Chunk chunk : installation.missing()) {
            installation.put(source.read(chunk));
        }
    }

    @Test
    void aCopyIsAHomeLikeAnyOther() throws IOException {
        try (CheckpointSource source = source();
                Installation installation = Installation.begin(receiver, source.image())) {
            putAll(installation, source);
            assertThat(Homes.present(receiver)).isEqualTo(Homes.TOP);
            installation.finish(new UUID(3, 4), NanoClock.SYSTEM);
        }
        assertThat(Homes.present(receiver)).isEqualTo("installed-1");
        Homes.deleteBefore(receiver, "installed-1");
        assertThat(receiver.files()).noneMatch(name -> name.startsWith("segments/") || name.equals("distil.store"));
        assertThat(receiver.files()).doesNotContain("installed-1/transfer");
        try (Store copy = Store.open(Homes.in(receiver, "installed-1"), OPTIONS, NanoClock.SYSTEM)) {
            assertThat(copy.id()).isEqualTo(new UUID(3, 4));
            assertThat(copy.lastCheckpoint().appliedThrough()).isEqualTo(3000);
            for (int i = 0; i < 3000; i += 7) {
                assertThat(copy.get(key(i))).as("key %d", i).contains(store.get(key(i)).orElseThrow());
            }
            copy.checkpoint(3001, 3002, List.of(new KeyedChange.Put(key(1), new byte[] {1})));
        }
    }

    @Test
    void aLaterImageOfTheSameStoreNeedsOnlyWhatIsNew() throws IOException {
        int before;
        try (CheckpointSource source = source();
                Installation installation = Installation.begin(receiver, source.image())) {
            before = installation.missing().size();
            putAll(installation, source);
        }
        write(3000, 3400);
        try (CheckpointSource source = source();
                Installation installation = Installation.begin(receiver, source.image())) {
            assertThat(installation.missing()).hasSizeBetween(1, before);
            putAll(installation, source);
            installation.finish(new UUID(3, 4), NanoClock.SYSTEM);
        }
        try (Store copy = Store.open(Homes.in(receiver, "installed-1"), OPTIONS, NanoClock.SYSTEM)) {
            assertThat(copy.get(key(3399))).contains(store.get(key(3399)).orElseThrow());
        }
    }

    @Test
    void anotherStoresCopyIsBegunAnew() throws IOException {
        try (CheckpointSource source = source()) {
            try (Installation installation = Installation.begin(receiver, source.image())) {
                putAll(installation, source);
            }
            StoreImage mine = source.image();
            StoreImage others =
                    new StoreImage(new UUID(9, 9), mine.createdEpochNanos(), mine.checkpoint(), mine.segments());
            try (Installation installation = Installation.begin(receiver, others)) {
                assertThat(installation.missing()).isNotEmpty();
            }
        }
    }

    @Test
    void aChunkThatIsDamagedOnItsWayOrOnTheDiskIsAskedForAgain() throws IOException {
        try (CheckpointSource source = source()) {
            Chunk first;
            try (Installation installation = Installation.begin(receiver, source.image())) {
                first = installation.missing().getFirst();
                ChunkContent content = source.read(first);
                content.bytes()[5] ^= 1;
                assertThatThrownBy(() -> installation.put(content))
                        .isInstanceOf(CorruptBlock.class)
                        .hasMessageContaining("CRC");
                assertThat(installation.missing()).contains(first);
                putAll(installation, source);
                assertThat(installation.missing()).isEmpty();
            }
            receiver.flipBit("installed-1/segments/00000000.segment", first.offset() + 99, 3);
            try (Installation installation = Installation.begin(receiver, source.image())) {
                assertThat(installation.missing()).containsExactly(first);
            }
        }
    }

    @Test
    void whatTheImageDoesNotListIsNotRead() throws IOException {
        try (CheckpointSource source = source()) {
            assertThatThrownBy(() -> source.read(new Chunk(77, 0, 4096)))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }

    @Test
    void anImageSurvivesItsEncodingAndADamagedOneIsRefused() throws IOException {
        StoreImage image = store.image();
        byte[] encoded = image.encode();
        assertThat(StoreImage.decode(encoded)).isEqualTo(image);
        for (int at = 4; at < encoded.length; at += 41) {
            byte[] damaged = encoded.clone();
            damaged[at] ^= (byte) 0x80;
            try {
                assertThat(StoreImage.decode(damaged).segments()).as("byte %d", at).isNotEqualTo(image.segments());
            } catch (CorruptBlock | Refused e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void aHomeWhoseStoreIsLostIsRefusedAndNoEmptyStoreTakesItsPlace() throws IOException {
        aCopyIsAHomeLikeAnyOther();
        receiver.delete("installed-1/distil.store");
        assertThatThrownBy(() -> Homes.present(receiver))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("installed-1");
    }
}
