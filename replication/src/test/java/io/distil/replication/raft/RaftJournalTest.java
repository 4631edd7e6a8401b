package io.distil.replication.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.replication.log.Journal;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

class RaftJournalTest {
    private static final Journal.Options SMALL_LOG = new Journal.Options(64 << 10, 8 << 10);
    private static final RaftJournal.Options NO_CACHE = new RaftJournal.Options(SMALL_LOG, 0, 1 << 30);

    @TempDir Path directory;

    @AfterEach
    void noMemoryIsLeft() {
        assertThat(OffHeap.bytes(MemoryOwner.LOG_BUFFERS)).isZero();
    }

    private final class Opened implements AutoCloseable {
        final Disk disk = Disks.open(directory, DiskChoice.FILE_CHANNEL);
        final RaftJournal journal;

        Opened(RaftJournal.Options options) throws IOException {
            try {
                journal = new RaftJournal(options);
                journal.open(disk, () -> {});
            } catch (IOException | RuntimeException e) {
                disk.close();
                throw e;
            }
        }

        CompletableFuture<Void> write(long term, long index, String payload) {
            return journal.write(term, index, ByteString.copyFromUtf8(payload));
        }

        void sync() throws IOException {
            while (!journal.isIdle()) {
                journal.await();
            }
        }

        String read(long term, long index) throws IOException {
            return journal.read(term, index).toStringUtf8();
        }

        @Override
        public void close() throws IOException {
            journal.close();
            disk.close();
        }
    }

    @Test
    void aPayloadIsReadFromTheDiskAndAfterARestart() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            CompletableFuture<Void> written = opened.write(1, 5, "five");
            opened.write(1, 7, "seven");
            assertThat(written).isNotDone();
            opened.sync();
            assertThat(written).isCompleted();
            assertThat(opened.read(1, 5)).isEqualTo("five");
        }
        try (Opened opened = new Opened(NO_CACHE)) {
            assertThat(opened.read(1, 5)).isEqualTo("five");
            assertThat(opened.read(1, 7)).isEqualTo("seven");
        }
    }

    @Test
    void aPayloadThatIsNotDurableYetIsServedFromMemory() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            opened.write(3, 1, "soon");
            assertThat(opened.read(3, 1)).isEqualTo("soon");
        }
    }

    @Test
    void anEntryForALowerIndexMakesLaterOnesVoidAlsoAfterARestart() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            opened.write(1, 1, "one");
            opened.write(1, 2, "two");
            opened.write(1, 3, "three");
            opened.sync();
            opened.journal.truncate(2);
            assertThatThrownBy(() -> opened.read(1, 3)).isInstanceOf(CorruptBlock.class);
            opened.write(2, 2, "another two");
            opened.sync();
            assertThat(opened.read(2, 2)).isEqualTo("another two");
        }
        try (Opened opened = new Opened(NO_CACHE)) {
            assertThat(opened.read(1, 1)).isEqualTo("one");
            assertThat(opened.read(2, 2)).isEqualTo("another two");
            assertThatThrownBy(() -> opened.read(1, 3))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("term 1, index 3")
                    .hasMessageContaining("holds indices 1 to 2");
        }
    }

    @Test
    void aMissingPayloadIsAnErrorThatNamesIt() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            opened.write(4, 10, "x");
            opened.sync();
            assertThatThrownBy(() -> opened.read(4, 11))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("(term 4, index 11) is not in the journal, which holds indices 10 to 10");
            assertThatThrownBy(() -> opened.read(5, 10))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("one of term 4");
        }
    }

    @Test
    void aDamagedPayloadIsAnErrorAndNeverOtherBytes() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            opened.write(1, 1, "precious");
            opened.sync();
            flipAByte();
            assertThatThrownBy(() -> opened.read(1, 1))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("000000.log");
        }
    }

    private void flipAByte() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("journal/000000.log").toFile(), "rw")) {
            file.seek(4096 + 60);
            int old = file.read();
            file.seek(4096 + 60);
            file.write(old ^ 1);
        }
    }

    @Test
    void damageBeforeTheEndIsRefusedWhenTheJournalIsOpened() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            opened.write(1, 1, "first");
            opened.sync();
            opened.write(1, 2, "second");
            opened.sync();
        }
        flipAByte();
        assertThatThrownBy(() -> new Opened(NO_CACHE)).isInstanceOf(CorruptBlock.class).hasMessageContaining("damaged");
    }

    @Test
    void releasedSpaceIsUsedAnew() throws IOException {
        try (Opened opened = new Opened(NO_CACHE)) {
            String big = "x".repeat(4000);
            for (int i = 1; i <= 500; i++) {
                opened.write(1, i, big);
                opened.sync();
                opened.journal.release(i - 5);
            }
            assertThat(opened.read(1, 500)).isEqualTo(big);
            assertThatThrownBy(() -> opened.read(1, 400)).isInstanceOf(CorruptBlock.class);
            assertThat(opened.journal.retainedBytes()).isLessThan(3 * 64 << 10);
        }
        try (var files = Files.list(directory.resolve("journal"))) {
            assertThat(files.toList()).hasSizeLessThan(5);
        }
    }

    /// Random writes, truncations, releases and restarts beside a map.
    @Test
    void itAgreesWithAMapUnderRandomOperations() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TreeMap<Long, Map.Entry<Long, String>> model = new TreeMap<>();
        long term = 1;
        long next = 1;
        for (int opening = 0; opening < 5; opening++) {
            RaftJournal.Options options = new RaftJournal.Options(SMALL_LOG, random.nextInt(20_000), 1 << 30);
            try (Opened opened = new Opened(options)) {
                for (int step = 0; step < 200; step++) {
                    int what = random.nextInt(100);
                    if (what < 70) {
                        String payload = step + "x".repeat(random.nextInt(3000));
                        opened.write(term, next, payload);
                        model.put(next, Map.entry(term, payload));
                        next += 1 + random.nextInt(2);
                    } else if (what < 80) {
                        opened.sync();
                    } else if (what < 85 && !model.isEmpty()) {
                        next = Math.max(model.firstKey(), next - random.nextInt(5));
                        term++;
                        opened.journal.truncate(next);
                        model.tailMap(next, true).clear();
                    } else if (what < 90 && !model.isEmpty()) {
                        long upTo = Math.max(model.firstKey(), next - random.nextInt(30));
                        opened.journal.release(upTo);
                        model.headMap(upTo, false).clear();
                    } else {
                        check(opened, model);
                    }
                }
                opened.sync();
                check(opened, model);
            }
        }
    }

    private static void check(Opened opened, TreeMap<Long, Map.Entry<Long, String>> model) throws IOException {
        for (Map.Entry<Long, Map.Entry<Long, String>> entry : List.copyOf(model.entrySet())) {
            long term = entry.getValue().getKey();
            assertThat(opened.read(term, entry.getKey())).isEqualTo(entry.getValue().getValue());
        }
    }
}
