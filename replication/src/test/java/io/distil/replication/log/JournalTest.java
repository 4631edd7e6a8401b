package io.distil.replication.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class JournalTest {
    private static final Journal.Options SMALL = new Journal.Options(32 << 10, 8 << 10);

    @TempDir Path directory;

    @AfterEach
    void noMemoryIsLeft() {
        assertThat(OffHeap.bytes(MemoryOwner.LOG_BUFFERS)).isZero();
    }

    /// A log on a fresh disk object, and what it replayed when it was opened.
    private final class Opened implements AutoCloseable {
        final Disk disk = Disks.open(directory, DiskChoice.FILE_CHANNEL);
        final List<byte[]> replayed = new ArrayList<>();
        final List<byte[]> durable = new ArrayList<>();
        final Journal journal;

        Opened(long replayFrom, long mustReach) throws IOException {
            try {
                journal =
                        Journal.open(
                                disk,
                                SMALL,
                                replayFrom,
                                mustReach,
                                (position, entry) -> {
                                    assertThat(position).isEqualTo(replayFrom + replayed.size());
                                    replayed.add(entry.toArray(Layouts.BYTE));
                                });
            } catch (IOException | RuntimeException e) {
                disk.close();
                throw e;
            }
        }

        void append(byte[]... entries) throws IOException {
            for (byte[] entry : entries) {
                MemorySegment memory = journal.claim(entry.length);
                while (memory == null) {
                    journal.await(this::durable);
                    memory = journal.claim(entry.length);
                }
                MemorySegment.copy(entry, 0, memory, Layouts.BYTE, 0, entry.length);
                journal.publish();
            }
        }

        void sync() throws IOException {
            while (!journal.isIdle()) {
                journal.await(this::durable);
            }
        }

        private void durable(long position, MemorySegment entry) {
            durable.add(entry.toArray(Layouts.BYTE));
        }

        @Override
        public void close() throws IOException {
            journal.close();
            disk.close();
        }
    }

    private static byte[] entry(int fill, int bytes) {
        byte[] entry = new byte[bytes];
        Arrays.fill(entry, (byte) fill);
        return entry;
    }

    @Test
    void theNextSlotIsThereBeforeTheSegmentIsFull() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            opened.append(entry(1, 17 << 10));
            opened.sync();
            while (!Files.exists(directory.resolve("log/000001.log"))
                    || Files.size(directory.resolve("log/000001.log")) < SMALL.segmentBytes()) {
                opened.journal.poll(opened::durable);
            }
            assertThat(opened.journal.retainedBytes()).as("one segment is in use").isLessThan(SMALL.segmentBytes());
            opened.append(entry(2, 17 << 10), entry(3, 17 << 10));
            opened.sync();
        }
        try (Opened opened = new Opened(1, 3)) {
            assertThat(opened.replayed).containsExactly(entry(1, 17 << 10), entry(2, 17 << 10), entry(3, 17 << 10));
        }
    }

    @Test
    void aLogClosedWhileASlotIsBeingWrittenOpensAgain() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            opened.append(entry(1, 17 << 10));
            opened.sync();
            opened.journal.poll(opened::durable);
        }
        try (Opened opened = new Opened(1, 1)) {
            assertThat(opened.replayed).containsExactly(entry(1, 17 << 10));
            opened.append(entry(2, 20 << 10));
            opened.sync();
        }
    }

    @Test
    void entriesAreHandedOverInOrderAndComeBackAfterAnyNumberOfRestarts() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("journal: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        List<byte[]> all = new ArrayList<>();
        for (int restart = 0; restart < 12; restart++) {
            try (Opened opened = new Opened(1, all.size())) {
                assertThat(opened.replayed).containsExactlyElementsOf(all);
                int before = all.size();
                for (int i = random.nextInt(30); i > 0; i--) {
                    byte[] entry = new byte[random.nextInt(5) == 0 ? random.nextInt(20_000) : random.nextInt(300)];
                    random.nextBytes(entry);
                    opened.append(entry);
                    all.add(entry);
                    if (random.nextInt(4) == 0) {
                        opened.sync();
                    }
                }
                opened.sync();
                assertThat(opened.durable).containsExactlyElementsOf(all.subList(before, all.size()));
                assertThat(opened.journal.nextPosition()).isEqualTo(all.size() + 1);
            }
        }
    }

    @Test
    void releasedSegmentsAreUsedAnewAndTheLogStaysSmall() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            for (int i = 0; i < 500; i++) {
                opened.append(entry(i, 2000));
                opened.sync();
                opened.journal.release(opened.journal.nextPosition() - 3);
            }
        }
        assertThat(files()).hasSizeLessThanOrEqualTo(3);
        try (Opened opened = new Opened(498, 500)) {
            assertThat(opened.replayed).containsExactly(entry(497, 2000), entry(498, 2000), entry(499, 2000));
        }
    }

    @Test
    void aTornEndIsCutAtEveryByteOffsetOfTheLastGroup() throws IOException {
        byte[] first = entry(1, 100);
        byte[] last = entry(2, 5000);
        try (Opened opened = new Opened(1, 0)) {
            opened.append(first);
            opened.sync();
            opened.append(last);
            opened.sync();
        }
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        int begin = 2 * LogFormat.PAGE_BYTES;
        int end = begin + LogFormat.GROUP_HEADER_BYTES + LogFormat.entryBytes(last.length);
        for (int cut = begin; cut < end; cut++) {
            byte[] torn = Arrays.copyOf(whole, whole.length);
            Arrays.fill(torn, cut, end, (byte) 0);
            Files.write(file, torn);
            try (Opened opened = new Opened(1, 0)) {
                boolean cutIsPadding = Arrays.equals(torn, whole);
                assertThat(opened.replayed).hasSize(cutIsPadding ? 2 : 1);
                assertThat(opened.replayed.getFirst()).isEqualTo(first);
                if (cut % 997 == 0) {
                    opened.append(entry(3, 10));
                    opened.sync();
                }
            }
        }
        try (Opened opened = new Opened(1, 0)) {
            opened.append(entry(4, 10));
            opened.sync();
        }
        try (Opened opened = new Opened(1, 0)) {
            assertThat(opened.replayed.getLast()).isEqualTo(entry(4, 10));
        }
    }

    @Test
    void everyFlippedBitBeforeTheLastGroupIsRefusedNamingFileAndOffset() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            for (int i = 0; i < 3; i++) {
                opened.append(entry(i, 60));
                opened.sync();
            }
        }
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        int groupBytes = LogFormat.GROUP_HEADER_BYTES + LogFormat.entryBytes(60);
        for (int page = 0; page < 3; page++) {
            for (int bit = 0; bit < 8 * (page == 0 ? 32 : groupBytes); bit++) {
                byte[] damaged = Arrays.copyOf(whole, whole.length);
                damaged[page * LogFormat.PAGE_BYTES + bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, damaged);
                if (page == 0 && bit / 8 >= 8 && bit / 8 < 12) {
                    continue; // The format version: a test of its own.
                }
                assertThatThrownBy(() -> new Opened(1, 0).close())
                        .as("bit %d of page %d", bit, page)
                        .isInstanceOf(CorruptBlock.class)
                        .hasMessageContaining(file.getFileName().toString())
                        .hasMessageContaining("offset " + page * LogFormat.PAGE_BYTES);
            }
        }
    }

    @Test
    void aLogThatEndsBeforeWhatWasDurableIsRefused() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            opened.append(entry(1, 10));
            opened.sync();
        }
        assertThatThrownBy(() -> new Opened(1, 2)).isInstanceOf(CorruptBlock.class).hasMessageContaining("up to 2");
        Files.delete(files().getFirst());
        assertThatThrownBy(() -> new Opened(1, 1)).isInstanceOf(CorruptBlock.class).hasMessageContaining("no log");
    }

    @Test
    void aSegmentWhoseHeaderWasWipedIsRefused() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            opened.append(entry(1, 10));
            opened.sync();
        }
        Path file = files().getFirst();
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 0, LogFormat.PAGE_BYTES, (byte) 0);
        Files.write(file, bytes);
        assertThatThrownBy(() -> new Opened(1, 0))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining("header at offset 0 is gone");
    }

    @Test
    void aMissingSegmentIsRefused() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            for (int i = 0; i < 60; i++) {
                opened.append(entry(i, 3000));
                opened.sync();
            }
        }
        assertThat(files()).hasSizeGreaterThan(3);
        Files.delete(files().get(1));
        assertThatThrownBy(() -> new Opened(1, 0))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("needed from 1 on");
    }

    @Test
    void aNewerFormatIsRefusedInASentence() throws IOException {
        try (Opened opened = new Opened(1, 0)) {
            opened.append(entry(1, 10));
            opened.sync();
        }
        Path file = files().getFirst();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(8, LogFormat.FORMAT_VERSION + 1);
        MemorySegment page = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(LogFormat.PAGE_BYTES));
        page.copyFrom(MemorySegment.ofArray(bytes.array()).asSlice(0, LogFormat.PAGE_BYTES));
        bytes.putInt(12, LogFormat.segmentCrc(page, new Checksum()));
        Files.write(file, bytes.array());
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> new Opened(1, 0))
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_TOO_NEW));
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory.resolve("log"))) {
            return files.sorted().toList();
        }
    }
}
