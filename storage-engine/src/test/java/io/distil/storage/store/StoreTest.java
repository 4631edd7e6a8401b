package io.distil.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.distil.base.BrokenInvariant;
import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.ring.Disks;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.store.Table.Part;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

class StoreTest {
    private static final Table NAMES = new Table(1, "names", Part.TEXT);
    private static final Table OTHERS = new Table(2, "others", Part.TEXT);
    private static final String FILE = "distil.store";
    private static final int SLOT_BYTES = 4096;

    private final Leaks leaks = new Leaks();
    private final SimulatedDisk disk = new SimulatedDisk(1);

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    private static byte[] name(String text) {
        return NAMES.key().text(text).bytes();
    }

    private static KeyedChange put(String name, String value) {
        return new KeyedChange.Put(name(name), value.getBytes(UTF_8));
    }

    private static KeyedChange delete(String name) {
        return new KeyedChange.Delete(name(name));
    }

    private static String get(Store store, String name) throws IOException {
        return store.get(name(name)).map(v -> new String(v, UTF_8)).orElse(null);
    }

    private static List<String> names(Store store, byte[] prefix) throws IOException {
        List<String> names = new ArrayList<>();
        store.scan(prefix, (key, _) -> names.add(NAMES.text(key, 0)));
        return names;
    }

    /// A store with the checkpoints 2 (a) and 3 (b).
    private UUID filledStore() throws IOException {
        try (Store store = Stores.open(disk)) {
            store.checkpoint(10, 5, List.of(put("x", "a")));
        }
        try (Store store = Stores.open(disk)) {
            store.checkpoint(20, 15, List.of(put("x", "b")));
            return store.id();
        }
    }

    /// Replaces the file byte for byte.
    private void write(String fileName, byte[] bytes) throws IOException {
        MemorySegment memory = OffHeap.allocatePages(MemoryOwner.SCRATCH, bytes.length);
        if (disk.exists(fileName)) {
            disk.delete(fileName);
        }
        try (DiskFile file = disk.open(fileName, OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
            queue.writeNow(file, 0, memory, memory.byteSize(), false);
            file.truncate(bytes.length);
        } finally {
            OffHeap.free(MemoryOwner.SCRATCH, memory);
        }
    }

    @Test
    void anEmptyDirectoryBecomesAStore() throws IOException {
        UUID id;
        try (Store store = Stores.open(disk)) {
            id = store.id();
            assertThat(store.lastCheckpoint().keyedRoot().isEmpty()).isTrue();
            assertThat(get(store, "x")).isNull();
            assertThat(names(store, new byte[0])).isEmpty();
        }
        try (Store store = Stores.open(disk)) {
            assertThat(store.id()).isEqualTo(id);
            assertThat(store.lastCheckpoint().epochNanos()).isEqualTo(Stores.EPOCH_NANOS);
        }
    }

    @Test
    void aCheckpointIsFoundAgain() throws IOException {
        filledStore();
        try (Store store = Stores.open(disk)) {
            assertThat(get(store, "x")).isEqualTo("b");
            assertThat(store.lastCheckpoint().sequence()).isEqualTo(3);
            assertThat(store.lastCheckpoint().appliedThrough()).isEqualTo(20);
            assertThat(store.lastCheckpoint().replayFrom()).isEqualTo(15);
        }
    }

    @Test
    void readersSeeTheLastCheckpointAndScansEndWhereThePrefixDoes() throws IOException {
        try (Store store = Stores.open(disk)) {
            byte[] other = OTHERS.key().text("z").bytes();
            store.checkpoint(
                    1, 1, List.of(put("b", "2"), put("ab", "1"), put("a", "0"), new KeyedChange.Put(other, other)));
            assertThat(names(store, NAMES.prefix())).containsExactly("a", "ab", "b");
            assertThat(names(store, NAMES.key().text("a").prefix())).containsExactly("a", "ab");
            store.checkpoint(2, 2, List.of(put("a", "old"), delete("b"), put("a", "new")));
            assertThat(names(store, NAMES.prefix())).containsExactly("a", "ab");
            assertThat(get(store, "a")).isEqualTo("new");
        }
    }

    @Test
    void aPrefixOfOnesHasNoKeyAfterIt() {
        assertThat(Store.afterPrefix(new byte[] {1, -1, -1})).containsExactly(2);
        assertThat(Store.afterPrefix(new byte[] {-1, -1})).isNull();
        assertThat(Store.afterPrefix(new byte[0])).isNull();
    }

    @Test
    void aCheckpointNeverGoesBackInTheLog() throws IOException {
        try (Store store = Stores.open(disk)) {
            store.checkpoint(10, 5, List.of());
            assertThatThrownBy(() -> store.checkpoint(9, 5, List.of())).isInstanceOf(BrokenInvariant.class);
            assertThatThrownBy(() -> store.checkpoint(10, 4, List.of())).isInstanceOf(BrokenInvariant.class);
            store.checkpoint(10, 5, List.of());
        }
    }

    @Test
    void anyBitFlippedInASlotIsNoticedAndTheOtherSlotCounts() throws IOException {
        filledStore();
        for (int bit = 0; bit < SLOT_BYTES * 8; bit++) {
            boolean isWorthIt = bit < 128 * 8 || bit % 61 == 0 || bit >= (SLOT_BYTES - 4) * 8;
            if (isWorthIt) {
                disk.flipBit(FILE, SLOT_BYTES + bit / 8, bit % 8);
                try (Store store = Stores.open(disk)) {
                    assertThat(get(store, "x")).as("bit %d", bit).isEqualTo("a");
                }
                disk.flipBit(FILE, SLOT_BYTES + bit / 8, bit % 8);
            }
        }
    }

    @Test
    void twoDamagedSlotsAreRefusedByName() throws IOException {
        filledStore();
        byte[] before = disk.bytes(FILE);
        disk.flipBit(FILE, 50, 3);
        disk.flipBit(FILE, SLOT_BYTES + 4095, 7);
        byte[] damaged = disk.bytes(FILE);
        assertThatThrownBy(() -> Stores.open(disk))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("distil.store slot 0: the checksum is")
                .hasMessageContaining("distil.store slot 1: the checksum is");
        assertThat(disk.bytes(FILE)).isEqualTo(damaged).isNotEqualTo(before);
    }

    @Test
    void aDamagedSlotDeletesNothingThatItMayHaveReferredTo() throws IOException {
        UUID id = filledStore();
        List<String> files = disk.files();
        disk.flipBit(FILE, SLOT_BYTES + 100, 0);
        try (Store store = Stores.open(disk)) {
            assertThat(get(store, "x")).isEqualTo("a");
        }
        assertThat(disk.files()).isEqualTo(files);
        disk.flipBit(FILE, SLOT_BYTES + 100, 0);
        try (Store store = Stores.open(disk)) {
            assertThat(store.id()).isEqualTo(id);
            assertThat(get(store, "x")).isEqualTo("b");
        }
    }

    @Test
    void theDamagedSlotIsTheNextToBeWritten() throws IOException {
        filledStore();
        disk.flipBit(FILE, SLOT_BYTES + 100, 0);
        try (Store store = Stores.open(disk)) {
            store.checkpoint(20, 15, List.of(put("x", "c")));
        }
        disk.flipBit(FILE, 100, 0);
        try (Store store = Stores.open(disk)) {
            assertThat(get(store, "x")).isEqualTo("c");
        }
    }

    @Test
    void aNewerFormatIsRefusedWithBothNumbersAndNothingIsRewritten() throws IOException {
        filledStore();
        byte[] bytes = disk.bytes(FILE);
        MemorySegment slot = MemorySegment.ofArray(bytes).asSlice(0, SLOT_BYTES);
        slot.set(Layouts.INT, 8, 7);
        slot.set(Layouts.INT, 4092, new Checksum().add(slot, 0, 4092).value());
        write(FILE, bytes);
        List<String> files = disk.files();
        assertThatThrownBy(() -> Stores.open(disk))
                .hasMessageContaining("format 7")
                .hasMessageContaining("format 1")
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_TOO_NEW));
        assertThat(disk.bytes(FILE)).isEqualTo(bytes);
        assertThat(disk.files()).isEqualTo(files);
    }

    @Test
    void aForeignFileOfOurNameIsRefusedAndKept() throws IOException {
        byte[] foreign = new byte[3 * SLOT_BYTES];
        foreign[0] = 'P';
        foreign[1] = 'K';
        write(FILE, foreign);
        assertThatThrownBy(() -> Stores.open(disk))
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN));
        assertThat(disk.bytes(FILE)).isEqualTo(foreign);
        assertThat(disk.files()).containsExactly(FILE);
    }

    @Test
    void aTruncatedFileIsCorruptAndKept() throws IOException {
        filledStore();
        byte[] whole = disk.bytes(FILE);
        for (int bytes : new int[] {0, 1, 7, 8, 4095, 4096, 8191}) {
            byte[] cut = Arrays.copyOf(whole, bytes);
            if (bytes == 0) {
                disk.delete(FILE);
                disk.open(FILE, OpenMode.CREATE).close();
            } else {
                write(FILE, cut);
            }
            assertThatThrownBy(() -> Stores.open(disk))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("distil.store has " + bytes + " bytes");
            assertThat(disk.bytes(FILE)).isEqualTo(cut);
        }
    }

    @Test
    void aLostStoreFileBesideSegmentsIsCorruptAndNothingIsMade() throws IOException {
        filledStore();
        disk.delete(FILE);
        List<String> files = disk.files();
        assertThatThrownBy(() -> Stores.open(disk))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("distil.store is missing");
        assertThat(disk.files()).isEqualTo(files);
    }

    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        byte[] notes = "not ours".getBytes(UTF_8);
        write("notes.txt", notes);
        write("distil.store.new", notes);
        filledStore();
        assertThat(disk.bytes("notes.txt")).isEqualTo(notes);
        assertThat(disk.files()).doesNotContain("distil.store.new");
    }

    @Test
    void aFlippedBitInAKeyedBlockIsNamedAndNotBelieved() throws IOException {
        filledStore();
        String segment = disk.files().getLast();
        assertThat(segment).startsWith("segments/");
        int refusedCount = 0;
        for (int at = 0; at < disk.bytes(segment).length && at < 1 << 16; at += 7) {
            disk.flipBit(segment, at, at % 8);
            try (Store store = Stores.open(disk)) {
                assertThat(get(store, "x")).isEqualTo("b");
            } catch (CorruptBlock e) {
                assertThat(e.getMessage()).contains(segment.substring(segment.indexOf('/') + 1));
                refusedCount++;
            }
            disk.flipBit(segment, at, at % 8);
        }
        assertThat(refusedCount).isPositive();
    }

    @Test
    void statisticsTellTheSpace() throws IOException {
        try (Store store = Stores.open(disk)) {
            store.checkpoint(1, 1, List.of(put("a", "1"), put("b", "x".repeat(100_000))));
            StoreStatistics statistics = store.statistics();
            assertThat(statistics.keyedEntryCount()).isEqualTo(2);
            assertThat(statistics.keyedBytes()).isGreaterThan(100_000);
            assertThat(statistics.segmentBytes()).isGreaterThanOrEqualTo(statistics.keyedBytes());
            assertThat(statistics.checkpointSequence()).isEqualTo(2);
            assertThat(statistics.blocks().blocksWritten()).isEqualTo(2);
        }
    }

    @Test
    void aStoreWorksOnARealDisk(@TempDir Path directory) throws IOException {
        for (DiskChoice choice : List.of(DiskChoice.AUTO, DiskChoice.FILE_CHANNEL)) {
            Path path = directory.resolve(choice.name());
            try (Disk real = Disks.open(path, choice);
                    Store store = Stores.open(real)) {
                store.checkpoint(1, 1, List.of(put("x", "a")));
                store.checkpoint(2, 2, List.of(put("y", "b")));
            }
            try (Disk real = Disks.open(path, choice);
                    Store store = Stores.open(real)) {
                assertThat(names(store, NAMES.prefix())).containsExactly("x", "y");
            }
        }
    }
}
