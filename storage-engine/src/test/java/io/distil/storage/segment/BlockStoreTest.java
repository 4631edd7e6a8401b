package io.distil.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;

class BlockStoreTest {
    private static final int PAGE = 4096;
    private static final BlockStoreOptions SMALL = new BlockStoreOptions(64 << 10, 256 << 10);
    private static final BlockStoreOptions UNCACHED = new BlockStoreOptions(0, 256 << 10);

    @TempDir Path directory;

    private Leaks leaks;

    @BeforeEach
    void rememberWhatIsOpen() {
        leaks = new Leaks();
    }

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    private static byte[] body(Random random, int bytes) {
        byte[] body = new byte[bytes];
        random.nextBytes(body);
        return body;
    }

    private static BlockRef write(BlockStore store, BlockKind kind, long version, byte[] body) throws IOException {
        return store.write(kind, version, MemorySegment.ofArray(body), body.length);
    }

    private static byte[] read(BlockStore store, BlockRef ref, BlockKind kind) throws IOException {
        try (Block block = store.read(ref, kind)) {
            return block.body().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static BlockKind kindOf(int i) {
        return BlockKind.values()[i % BlockKind.values().length];
    }

    /// What a written block must be: its number decides its kind.
    private record Written(int number, byte[] body) {}

    @ParameterizedTest
    @EnumSource(
            value = DiskChoice.class,
            names = {"AUTO", "FILE_CHANNEL"})
    void randomWritesReadsSyncsAndReopeningsAgreeWithAMap(DiskChoice choice) throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("replay with -Ddistil.seed=" + seed);
        try (Disk disk = Disks.open(directory.resolve("distil-blocks"), choice)) {
            runAgainstAMap(disk, new Random(seed), 1500);
        }
    }

    @Test
    void theSameOnTheSimulatedDisk() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            runAgainstAMap(new SimulatedDisk(seed), new Random(seed), 300);
        }
    }

    private static void runAgainstAMap(Disk disk, Random random, int steps) throws IOException {
        TreeMap<Long, BlockRef> refs = new TreeMap<>();
        TreeMap<Long, Written> model = new TreeMap<>();
        BlockStore store = BlockStore.open(disk, "data", SMALL, 0);
        int written = 0;
        try {
            for (int step = 0; step < steps; step++) {
                int what = random.nextInt(100);
                if (what < 50) {
                    // Mostly small; now and then larger than a page, seldom nearly a whole segment.
                    int bytes = 1 + random.nextInt(what < 40 ? 300 : what < 49 ? 20_000 : 250_000);
                    byte[] body = body(random, bytes);
                    BlockRef ref = write(store, kindOf(written), step, body);
                    assertThat(ref.bytes()).isEqualTo(bytes);
                    assertThat(refs.put(ref.address(), ref)).as("address used twice").isNull();
                    model.put(ref.address(), new Written(written, body));
                    written++;
                } else if (what < 95 && !refs.isEmpty()) {
                    Long address = refs.ceilingKey((long) (random.nextDouble() * refs.lastKey()));
                    Written wanted = model.get(address);
                    assertThat(read(store, refs.get(address), kindOf(wanted.number()))).isEqualTo(wanted.body());
                } else if (what < 99) {
                    store.sync();
                } else {
                    SegmentMark mark = store.sync();
                    store.close();
                    store = BlockStore.open(disk, "data", SMALL, mark.nextSegmentNumber());
                    assertThat(store.sync()).isEqualTo(mark);
                }
            }
            for (BlockRef ref : refs.values()) {
                Written wanted = model.get(ref.address());
                assertThat(read(store, ref, kindOf(wanted.number()))).isEqualTo(wanted.body());
            }
        } finally {
            store.close();
        }
    }

    @Test
    void afterAPowerCutEverySyncedBlockIsThere() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            SimulatedDisk disk = new SimulatedDisk(seed);
            List<BlockRef> synced = new ArrayList<>();
            List<byte[]> bodies = new ArrayList<>();
            SegmentMark mark = new SegmentMark(0, 0);
            for (int life = 0; life < 4; life++) {
                disk.cutPowerAfter(1 + random.nextInt(30));
                int syncedCount = synced.size();
                try (BlockStore store = BlockStore.open(disk, "data", SMALL, mark.nextSegmentNumber())) {
                    while (true) {
                        byte[] body = body(random, 1 + random.nextInt(60_000));
                        synced.add(write(store, BlockKind.SERIES_LEAF, life, body));
                        bodies.add(body);
                        if (random.nextInt(5) == 0) {
                            mark = store.sync();
                            syncedCount = synced.size();
                        }
                    }
                } catch (DiskFailed e) {
                    assertThat(disk.isPowered()).as("seed %d", seed).isFalse();
                }
                synced.subList(syncedCount, synced.size()).clear();
                bodies.subList(syncedCount, bodies.size()).clear();
                disk = disk.crash();
                try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, mark.nextSegmentNumber())) {
                    for (int i = 0; i < synced.size(); i++) {
                        assertThat(read(store, synced.get(i), BlockKind.SERIES_LEAF))
                                .as("seed %d", seed)
                                .isEqualTo(bodies.get(i));
                    }
                }
            }
        }
    }

    @Test
    void everyFlippedBitOfABlockIsDetected() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, 0)) {
            byte[] body = body(new Random(2), 41);
            write(store, BlockKind.SERIES_LEAF, 8, body);
            BlockRef ref = write(store, BlockKind.SERIES_LEAF, 9, body);
            store.sync();
            int from = (int) ref.address();
            int until = from + 80; // Header 32, body 41, padding 7.
            for (int bit = from * 8; bit < until * 8; bit++) {
                disk.flipBit("data/00000000.segment", bit / 8, bit % 8);
                assertThatThrownBy(() -> read(store, ref, BlockKind.SERIES_LEAF))
                        .as("bit %d", bit - from * 8)
                        .isInstanceOf(CorruptBlock.class)
                        .hasMessageContaining("at " + from + " in data/00000000.segment");
                disk.flipBit("data/00000000.segment", bit / 8, bit % 8);
            }
            assertThat(read(store, ref, BlockKind.SERIES_LEAF)).isEqualTo(body);
        }
    }

    @Test
    void everyFlippedBitOfASegmentHeaderIsDetected() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        byte[] body = body(new Random(2), 100);
        BlockRef ref;
        try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, 0)) {
            ref = write(store, BlockKind.SERIES_NODE, 9, body);
            store.sync();
        }
        Random random = new Random(3);
        try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, 1)) {
            for (int offset = 0; offset < PAGE; offset++) {
                int bit = random.nextInt(8);
                disk.flipBit("data/00000000.segment", offset, bit);
                assertThatThrownBy(() -> read(store, ref, BlockKind.SERIES_NODE))
                        .as("bit %d of byte %d", bit, offset)
                        .isInstanceOf(CorruptBlock.class)
                        .hasMessageContaining("segment header of data/00000000.segment");
                disk.flipBit("data/00000000.segment", offset, bit);
            }
            assertThat(read(store, ref, BlockKind.SERIES_NODE)).isEqualTo(body);
        }
    }

    @Test
    void aBlockInTheWrongPlaceOrOfAnotherVersionIsNamed() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, 0)) {
            byte[] body = body(new Random(2), 4064);
            BlockRef first = write(store, BlockKind.SERIES_LEAF, 1, body);
            BlockRef second = write(store, BlockKind.SERIES_LEAF, 2, body);
            store.sync();
            BlockRef stale = new BlockRef(second.address(), second.bytes(), 3);
            assertThatThrownBy(() -> read(store, stale, BlockKind.SERIES_LEAF))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("version 2 (2h) found, 3 (3h) wanted");
            BlockRef shorter = new BlockRef(second.address(), 4000, 2);
            assertThatThrownBy(() -> read(store, shorter, BlockKind.SERIES_LEAF))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("body bytes 4064");
            assertThatThrownBy(() -> read(store, second, BlockKind.SERIES_NODE))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("kind 1 (1h) found, 2 (2h) wanted");

            // A disk that returns the first block where the second was asked for.
            copyPage(disk, 1, 2);
            BlockRef misplaced = new BlockRef(second.address(), second.bytes(), first.version());
            assertThatThrownBy(() -> read(store, misplaced, BlockKind.SERIES_LEAF))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("address 4096 (1000h) found, 8192 (2000h) wanted");
        }
    }

    private static void copyPage(SimulatedDisk disk, int fromPage, int toPage) {
        byte[] bytes = disk.bytes("data/00000000.segment");
        for (int i = 0; i < PAGE; i++) {
            int difference = bytes[fromPage * PAGE + i] ^ bytes[toPage * PAGE + i];
            for (int bit = 0; bit < 8; bit++) {
                if ((difference >> bit & 1) != 0) {
                    disk.flipBit("data/00000000.segment", (long) toPage * PAGE + i, bit);
                }
            }
        }
    }

    @Test
    void theWrongKindIsNoticedInMemoryToo() throws IOException {
        try (BlockStore store = BlockStore.open(new SimulatedDisk(1), "data", SMALL, 0)) {
            BlockRef ref = write(store, BlockKind.SERIES_LEAF, 1, new byte[10]);
            assertThatThrownBy(() -> read(store, ref, BlockKind.KEYED_LEAF))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("SERIES_LEAF");
        }
    }

    @Test
    void referencesToNowhereAreCorruptNotFatal() throws IOException {
        try (BlockStore store = BlockStore.open(new SimulatedDisk(1), "data", UNCACHED, 0)) {
            write(store, BlockKind.SERIES_LEAF, 1, new byte[10]);
            store.sync();
            BlockRef[] wrong = {
                new BlockRef(0, 10, 1),
                new BlockRef(PAGE + 8, 10, 1),
                new BlockRef(PAGE, Integer.MAX_VALUE, 1),
                new BlockRef(PAGE, -1, 1),
                new BlockRef(100L << 40 | PAGE, 10, 1),
                new BlockRef(-1, 10, 1),
                new BlockRef(2 * PAGE, 10, 1)
            };
            for (BlockRef ref : wrong) {
                assertThatThrownBy(() -> read(store, ref, BlockKind.SERIES_LEAF))
                        .as("%s", ref)
                        .isInstanceOf(CorruptBlock.class)
                        .hasMessageContaining(".segment");
            }
        }
    }

    @Test
    void aBlockOfANewerFormatIsRefusedAsThat() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, 0)) {
            byte[] body = new byte[16];
            BlockRef ref = write(store, BlockKind.SERIES_LEAF, 1, body);
            store.sync();
            byte[] file = disk.bytes("data/00000000.segment");
            file[PAGE + 5] = 2;
            CRC32C crc = new CRC32C();
            crc.update(file, PAGE, 12);
            crc.update(file, PAGE + 16, 16 + body.length);
            for (int i = 0; i < 4; i++) {
                setByte(disk, PAGE + 12 + i, (byte) (crc.getValue() >>> 8 * i));
            }
            setByte(disk, PAGE + 5, (byte) 2);
            assertThatThrownBy(() -> read(store, ref, BlockKind.SERIES_LEAF))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_TOO_NEW));
        }
    }

    private static void setByte(SimulatedDisk disk, int offset, byte value) {
        int difference = disk.bytes("data/00000000.segment")[offset] ^ value;
        for (int bit = 0; bit < 8; bit++) {
            if ((difference >> bit & 1) != 0) {
                disk.flipBit("data/00000000.segment", offset, bit);
            }
        }
    }

    @Test
    void aBlockMayFillASegmentButNotMore() throws IOException {
        try (BlockStore store = BlockStore.open(new SimulatedDisk(1), "data", UNCACHED, 0)) {
            byte[] largest = body(new Random(1), (256 << 10) - PAGE - 32);
            BlockRef first = write(store, BlockKind.SERIES_LEAF, 1, largest);
            BlockRef second = write(store, BlockKind.SERIES_LEAF, 1, largest);
            assertThat(second.address() - first.address()).isEqualTo(1L << 40);
            assertThatThrownBy(() -> write(store, BlockKind.SERIES_LEAF, 1, new byte[largest.length + 1]))
                    .isInstanceOf(BrokenInvariant.class);
            assertThat(store.sync()).isEqualTo(new SegmentMark(2, 512 << 10));
            assertThat(read(store, first, BlockKind.SERIES_LEAF)).isEqualTo(largest);
            assertThat(read(store, second, BlockKind.SERIES_LEAF)).isEqualTo(largest);
        }
    }

    @Test
    void whatFollowsTheMarkIsDebrisAndDeletedWhenAskedForOrByTheFirstSync() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        SegmentMark mark;
        BlockRef kept;
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, 0)) {
            assertThat(store.sync()).isEqualTo(new SegmentMark(0, 0));
            assertThat(disk.files()).isEmpty();
            kept = write(store, BlockKind.SERIES_LEAF, 1, new byte[] {1, 2, 3});
            mark = store.sync();
            assertThat(mark).isEqualTo(new SegmentMark(1, 2 * PAGE));
            for (int i = 0; i < 3; i++) {
                write(store, BlockKind.SERIES_LEAF, 1, new byte[200_000]);
            }
            store.sync();
        }
        disk.open("data/notes.txt", Disk.OpenMode.CREATE).close();
        List<String> withDebris = disk.list("data");
        int behindDebris = withDebris.size() - 1;
        assertThat(behindDebris).isGreaterThan(2);
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, mark.nextSegmentNumber())) {
            assertThat(store.bytes()).isEqualTo(disk.bytes("data/00000000.segment").length);
            assertThat(read(store, kept, BlockKind.SERIES_LEAF)).containsExactly(1, 2, 3);
        }
        assertThat(disk.list("data")).as("opening alone deletes nothing").isEqualTo(withDebris);
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, mark.nextSegmentNumber())) {
            store.deleteDebris();
            assertThat(disk.list("data")).containsExactly("00000000.segment", "notes.txt");
            BlockRef next = write(store, BlockKind.SERIES_LEAF, 2, new byte[] {4});
            assertThat(next.address()).isEqualTo((long) behindDebris << 40 | PAGE);
        }
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, mark.nextSegmentNumber())) {
            BlockRef next = write(store, BlockKind.SERIES_LEAF, 2, new byte[] {4});
            store.sync();
            assertThat(disk.list("data")).hasSize(3).contains("00000000.segment", "notes.txt");
            assertThat(read(store, next, BlockKind.SERIES_LEAF)).containsExactly(4);
        }
    }

    @Test
    void afterAFailedSyncOrWriteTheWriterIsRetiredAndReadsGoOn() throws IOException {
        for (boolean failSync : new boolean[] {true, false}) {
            SimulatedDisk disk = new SimulatedDisk(4);
            try (BlockStore store = BlockStore.open(disk, "data", UNCACHED, 0)) {
                BlockRef synced = write(store, BlockKind.SERIES_LEAF, 1, new byte[] {1});
                store.sync();
                BlockRef unsynced = write(store, BlockKind.SERIES_LEAF, 2, new byte[] {2});
                if (failSync) {
                    disk.failSync(1);
                } else {
                    disk.failWrite(1);
                }
                assertThatThrownBy(store::sync).isInstanceOf(DiskFailed.class).hasMessageContaining("EIO");
                assertThatThrownBy(store::sync)
                        .isInstanceOf(DiskFailed.class)
                        .hasMessageContaining("no more blocks are written since");
                assertThatThrownBy(() -> write(store, BlockKind.SERIES_LEAF, 3, new byte[] {3}))
                        .isInstanceOf(DiskFailed.class);
                assertThat(read(store, synced, BlockKind.SERIES_LEAF)).containsExactly(1);
                assertThat(read(store, unsynced, BlockKind.SERIES_LEAF)).containsExactly(2);
            }
        }
    }

    @Test
    void aFullDiskIsToldAsThat() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(4);
        disk.setFreeBytes(100_000);
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, 0)) {
            BlockRef first = write(store, BlockKind.SERIES_LEAF, 1, new byte[] {1});
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 100; i++) {
                                    write(store, BlockKind.SERIES_LEAF, 1, new byte[50_000]);
                                }
                                store.sync();
                            })
                    .isInstanceOfSatisfying(DiskFailed.class, e -> assertThat(e.isFull()).isTrue());
            assertThat(read(store, first, BlockKind.SERIES_LEAF)).containsExactly(1);
        }
    }

    @Test
    void aPinnedBlockOutlivesItsEvictionAndTheStore() throws IOException {
        Block pinned;
        try (BlockStore store = BlockStore.open(new SimulatedDisk(1), "data", SMALL, 0)) {
            BlockRef ref = write(store, BlockKind.SERIES_LEAF, 1, new byte[] {42});
            pinned = store.read(ref, BlockKind.SERIES_LEAF);
            store.sync();
            for (int i = 0; i < 50; i++) {
                read(store, write(store, BlockKind.SERIES_LEAF, 1, new byte[5_000]), BlockKind.SERIES_LEAF);
            }
        }
        assertThat(pinned.body().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
        assertThat(pinned.body().isReadOnly()).isTrue();
        pinned.close();
        assertThatThrownBy(pinned::close).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void statisticsCountHitsMissesAndBytes() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        BlockRef ref;
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, 0)) {
            ref = write(store, BlockKind.SERIES_LEAF, 1, new byte[100]);
            store.sync();
            read(store, ref, BlockKind.SERIES_LEAF);
            BlockStoreStatistics statistics = store.statistics();
            assertThat(statistics.hits()).isEqualTo(1);
            assertThat(statistics.blocksWritten()).isEqualTo(1);
            assertThat(statistics.bytesWritten()).isEqualTo(2 * PAGE);
            assertThat(statistics.cachedBytes()).isBetween(100L, 1000L);
        }
        try (BlockStore store = BlockStore.open(disk, "data", SMALL, 1)) {
            read(store, ref, BlockKind.SERIES_LEAF);
            read(store, ref, BlockKind.SERIES_LEAF);
            BlockStoreStatistics statistics = store.statistics();
            assertThat(statistics.misses()).isEqualTo(1);
            assertThat(statistics.blocksRead()).isEqualTo(1);
            assertThat(statistics.bytesRead()).isEqualTo(PAGE);
            assertThat(statistics.reads()).isEqualTo(2);
        }
    }

    @Test
    void neighboursReadAheadComeByFewReadsAndDamageIsLeftToTheReader() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        BlockStoreOptions roomy = new BlockStoreOptions(64 << 20, 1 << 20);
        Random random = new Random(5);
        List<byte[]> bodies = new ArrayList<>();
        List<BlockRef> refs = new ArrayList<>();
        int next;
        try (BlockStore store = BlockStore.open(disk, "data", roomy, 0)) {
            // Larger than a run, across segments, with blocks in between that nobody announces.
            for (int i = 0; i < 400; i++) {
                byte[] body = body(random, 1 + random.nextInt(9000));
                BlockRef ref = write(store, BlockKind.SERIES_LEAF, 1, body);
                if (i % 10 > 0) {
                    bodies.add(body);
                    refs.add(ref);
                }
            }
            next = store.sync().nextSegmentNumber();
        }
        try (BlockStore store = BlockStore.open(disk, "data", roomy, next)) {
            store.readAhead(refs, BlockKind.SERIES_LEAF);
            long blocks = store.statistics().blocksRead();
            long bytes = store.statistics().bytesRead();
            assertThat(blocks).isBetween(refs.size() - 5L, (long) refs.size());
            store.readAhead(refs.reversed(), BlockKind.SERIES_LEAF);
            assertThat(store.statistics().bytesRead()).as("what is there is not read again").isEqualTo(bytes);
            for (int i = 0; i < refs.size(); i++) {
                assertThat(read(store, refs.get(i), BlockKind.SERIES_LEAF)).isEqualTo(bodies.get(i));
            }
            assertThat(store.statistics().misses()).isEqualTo(refs.size() - blocks);
        }
        BlockRef damaged = refs.get(20);
        disk.flipBit("data/00000000.segment", BlockAddress.offset(damaged.address()) + 40, 3);
        BlockRef nowhere = new BlockRef(BlockAddress.of(0, 1 << 19) + 1, 17, 1);
        try (BlockStore store = BlockStore.open(disk, "data", roomy, next)) {
            store.readAhead(List.of(nowhere, nowhere), BlockKind.SERIES_LEAF);
            store.readAhead(refs.subList(0, 40), BlockKind.SERIES_LEAF);
            for (BlockRef ref : refs.subList(0, 40)) {
                if (ref == damaged) {
                    assertThatThrownBy(() -> read(store, ref, BlockKind.SERIES_LEAF)).isInstanceOf(CorruptBlock.class);
                } else {
                    assertThat(read(store, ref, BlockKind.SERIES_LEAF)).isNotEmpty();
                }
            }
        }
    }

    @Test
    void readersOfOneMissingBlockLoadItOnce() throws Exception {
        try (Disk disk = Disks.open(directory.resolve("distil-blocks"), DiskChoice.AUTO)) {
            BlockRef ref;
            try (BlockStore store = BlockStore.open(disk, "data", SMALL, 0)) {
                ref = write(store, BlockKind.SERIES_LEAF, 1, new byte[20_000]);
                store.sync();
            }
            try (BlockStore store = BlockStore.open(disk, "data", SMALL, 1)) {
                List<Throwable> troubles = together(8, () -> read(store, ref, BlockKind.SERIES_LEAF));
                assertThat(troubles).isEmpty();
                assertThat(store.statistics().blocksRead()).isEqualTo(1);
                assertThat(store.statistics().reads()).isEqualTo(8);
            }
        }
    }

    /// Readers race with the writer, with evictions (the cache holds a few blocks of hundreds) and with one another.
    @ParameterizedTest
    @EnumSource(
            value = DiskChoice.class,
            names = {"AUTO", "FILE_CHANNEL"})
    void concurrentReadersSeeEveryBlockAsItWasWritten(DiskChoice choice) throws Exception {
        int blockCount = 1500;
        BlockRef[] refs = new BlockRef[blockCount];
        int[] writtenCount = new int[1];
        AtomicBoolean writing = new AtomicBoolean(true);
        BlockStoreOptions tiny = new BlockStoreOptions(30_000, 1 << 20);
        try (Disk disk = Disks.open(directory.resolve("distil-blocks"), choice);
                BlockStore store = BlockStore.open(disk, "data", tiny, 0)) {
            Thread writer =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < blockCount; i++) {
                                        BlockRef ref = write(store, kindOf(i), i, patterned(i));
                                        synchronized (refs) {
                                            refs[i] = ref;
                                            writtenCount[0] = i + 1;
                                        }
                                        if (i % 100 == 99) {
                                            store.sync();
                                        }
                                    }
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                } finally {
                                    writing.set(false);
                                }
                            });
            List<Throwable> troubles =
                    together(
                            4,
                            () -> {
                                do {
                                    for (int n = 0; n < 50; n++) {
                                        int i;
                                        BlockRef ref;
                                        synchronized (refs) {
                                            if (writtenCount[0] == 0) {
                                                continue;
                                            }
                                            i = ThreadLocalRandom.current().nextInt(writtenCount[0]);
                                            ref = refs[i];
                                        }
                                        assertThat(read(store, ref, kindOf(i))).isEqualTo(patterned(i));
                                    }
                                } while (writing.get());
                            });
            writer.join();
            assertThat(troubles).isEmpty();
            assertThat(writtenCount[0]).isEqualTo(blockCount);
        }
    }

    private static byte[] patterned(int number) {
        return body(new Random(number), 1 + number * 37 % 9000);
    }

    private interface Act {
        void run() throws Exception;
    }

    private static List<Throwable> together(int threadCount, Act act) throws InterruptedException {
        List<Throwable> troubles = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    act.run();
                                } catch (Throwable e) {
                                    synchronized (troubles) {
                                        troubles.add(e);
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return troubles;
    }
}
