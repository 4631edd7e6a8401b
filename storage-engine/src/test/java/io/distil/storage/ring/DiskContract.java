package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk.OpenMode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/// What every {@link Disk} keeps, whatever it is made of.
abstract class DiskContract {
    static final int PAGE = OffHeap.PAGE_BYTES;

    private Leaks leaks;
    private final List<MemorySegment> allocated = new ArrayList<>();
    Disk disk;

    abstract Disk openDisk() throws IOException;

    @BeforeEach
    void openTheDisk() throws IOException {
        leaks = new Leaks();
        disk = openDisk();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        disk.close();
        allocated.forEach(memory -> OffHeap.free(MemoryOwner.SCRATCH, memory));
        leaks.assertNone();
    }

    MemorySegment pages(int count) {
        MemorySegment memory = OffHeap.allocatePages(MemoryOwner.SCRATCH, (long) count * PAGE);
        allocated.add(memory);
        return memory;
    }

    MemorySegment randomPages(int count, long seed) {
        MemorySegment memory = pages(count);
        byte[] bytes = new byte[count * PAGE];
        new Random(seed).nextBytes(bytes);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    static byte[] bytesOf(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    static long seed() {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("replay with -Ddistil.seed=" + seed);
        return seed;
    }

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        MemorySegment written = randomPages(8, 1);
        MemorySegment read = pages(8);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(4)) {
            queue.writeNow(file, 0, written, 8 * PAGE, false);
            queue.syncNow(file);
            queue.readNow(file, 0, read, 8 * PAGE);
            assertThat(bytesOf(read)).isEqualTo(bytesOf(written));
            assertThat(file.size()).isEqualTo(8 * PAGE);
        }
        try (DiskFile file = disk.open("a", OpenMode.READ);
                DiskQueue queue = disk.openSharedQueue(1)) {
            queue.readNow(file, 3 * PAGE, read, PAGE);
            assertThat(bytesOf(read.asSlice(0, PAGE))).isEqualTo(bytesOf(written.asSlice(3 * PAGE, PAGE)));
        }
    }

    @Test
    void aDurableWriteIntoAPreparedFileIsReadBack() throws IOException {
        MemorySegment memory = randomPages(4, 2);
        MemorySegment read = pages(1);
        try (DiskFile file = disk.open("log", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            queue.writeNow(file, 0, memory, 4 * PAGE, false);
            queue.syncNow(file);
            queue.writeNow(file, 2 * PAGE, memory, PAGE, true);
            queue.readNow(file, 2 * PAGE, read, PAGE);
            assertThat(bytesOf(read)).isEqualTo(bytesOf(memory.asSlice(0, PAGE)));
        }
    }

    @Test
    void registeredMemoryMovesTheSameBytes() throws IOException {
        MemorySegment buffer = randomPages(16, 3);
        MemorySegment unregistered = pages(4);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(2)) {
            queue.register(buffer.asSlice(0, 8 * PAGE));
            queue.register(buffer.asSlice(8 * PAGE));
            queue.writeNow(file, 0, buffer.asSlice(12 * PAGE), 4 * PAGE, false);
            queue.readNow(file, 0, unregistered, 4 * PAGE);
            assertThat(bytesOf(unregistered)).isEqualTo(bytesOf(buffer.asSlice(12 * PAGE)));
            queue.readNow(file, 0, buffer, 4 * PAGE);
            assertThat(bytesOf(buffer.asSlice(0, 4 * PAGE))).isEqualTo(bytesOf(unregistered));
        }
    }

    @Test
    void completionsCarryTheirTokensOnceEach() throws IOException {
        MemorySegment memory = pages(1);
        BitSet seen = new BitSet();
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(7)) {
            int submitted = 0;
            while (seen.cardinality() < 100) {
                while (submitted < 100 && queue.inFlight() < 7) {
                    queue.write(file, (long) submitted * PAGE, memory, PAGE, false, submitted);
                    submitted++;
                }
                queue.await((token, failure) -> {
                    assertThat(failure).isNull();
                    assertThat(seen.get((int) token)).isFalse();
                    seen.set((int) token);
                });
            }
            assertThat(queue.inFlight()).isZero();
            assertThat(queue.await((token, failure) -> {})).isZero();
            assertThat(queue.poll((token, failure) -> {})).isZero();
        }
    }

    @Test
    void aCompletionMaySubmitTheNextOperation() throws IOException {
        MemorySegment memory = pages(1);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            queue.write(file, 0, memory, PAGE, false, 1);
            long[] last = new long[1];
            while (queue.inFlight() > 0) {
                queue.await((token, failure) -> {
                    last[0] = token;
                    if (token < 20) {
                        queue.write(file, token * PAGE, memory, PAGE, false, token + 1);
                    }
                });
            }
            assertThat(last[0]).isEqualTo(20);
            assertThat(file.size()).isEqualTo(20 * PAGE);
        }
    }

    @Test
    void pollingAloneBringsACompletion() throws IOException {
        MemorySegment memory = pages(1);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            queue.write(file, 0, memory, PAGE, false, 5);
            while (queue.poll((token, failure) -> assertThat(token).isEqualTo(5)) == 0) {
                Thread.onSpinWait();
            }
            assertThat(queue.inFlight()).isZero();
        }
    }

    @Test
    void closingAQueueWaitsForWhatIsInFlight() throws IOException {
        MemorySegment memory = randomPages(4, 4);
        MemorySegment read = pages(4);
        try (DiskFile file = disk.open("a", OpenMode.CREATE)) {
            try (DiskQueue queue = disk.openQueue(4)) {
                for (int page = 0; page < 4; page++) {
                    queue.write(file, (long) page * PAGE, memory.asSlice((long) page * PAGE), PAGE, false, page);
                }
            }
            try (DiskQueue queue = disk.openQueue(1)) {
                queue.readNow(file, 0, read, 4 * PAGE);
            }
            assertThat(bytesOf(read)).isEqualTo(bytesOf(memory));
        }
    }

    @Test
    void anOperationBeyondTheDepthIsRefused() throws IOException {
        MemorySegment memory = pages(1);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(2)) {
            queue.write(file, 0, memory, PAGE, false, 0);
            queue.write(file, PAGE, memory, PAGE, false, 1);
            assertThatThrownBy(() -> queue.sync(file, 2))
                    .isInstanceOf(BrokenInvariant.class)
                    .hasMessageContaining("depth of 2");
        }
    }

    @Test
    void whatIsNotWholePagesIsRefused() throws IOException {
        MemorySegment memory = pages(2);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            assertThatThrownBy(() -> queue.write(file, 512, memory, PAGE, false, 0))
                    .isInstanceOf(BrokenInvariant.class)
                    .hasMessageContaining("at 512 in a");
            assertThatThrownBy(() -> queue.read(file, 0, memory, 100, 0)).isInstanceOf(BrokenInvariant.class);
            assertThatThrownBy(() -> queue.write(file, 0, memory.asSlice(8), PAGE, false, 0))
                    .isInstanceOf(BrokenInvariant.class);
            assertThatThrownBy(() -> queue.write(file, 0, memory, 3 * PAGE, false, 0))
                    .isInstanceOf(BrokenInvariant.class);
            assertThat(queue.inFlight()).isZero();
        }
    }

    @Test
    void readingPastTheEndIsAFailureThatNamesTheFile() throws IOException {
        MemorySegment memory = pages(4);
        try (DiskFile file = disk.open("short", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            queue.writeNow(file, 0, memory, 2 * PAGE, false);
            assertThatThrownBy(() -> queue.readNow(file, PAGE, memory, 2 * PAGE))
                    .isInstanceOf(DiskFailed.class)
                    .hasMessageContaining("short");
            assertThatThrownBy(() -> queue.readNow(file, 9 * PAGE, memory, PAGE)).isInstanceOf(DiskFailed.class);
            queue.readNow(file, PAGE, memory, PAGE);
        }
    }

    @Test
    void anExtendedFileReadsAsZerosAndACutOneIsShorter() throws IOException {
        MemorySegment memory = randomPages(2, 5);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            queue.writeNow(file, 0, memory, 2 * PAGE, false);
            file.truncate(PAGE);
            assertThat(file.size()).isEqualTo(PAGE);
            file.truncate(3 * PAGE);
            assertThat(file.size()).isEqualTo(3 * PAGE);
            queue.readNow(file, PAGE, memory, 2 * PAGE);
            assertThat(bytesOf(memory)).containsOnly(0);
        }
    }

    @Test
    void filesAreCreatedListedRenamedAndDeleted() throws IOException {
        assertThat(disk.list("")).isEmpty();
        assertThat(disk.list("none")).isEmpty();
        disk.createDirectories("x/y");
        disk.createDirectories("x/y");
        for (String name : new String[] {"x/y/b", "x/y/a", "top"}) {
            disk.open(name, OpenMode.CREATE).close();
        }
        assertThat(disk.list("")).containsExactly("top");
        assertThat(disk.list("x")).isEmpty();
        assertThat(disk.list("x/y")).containsExactly("a", "b");
        disk.rename("x/y/a", "x/y/b");
        disk.syncDirectory("x/y");
        assertThat(disk.list("x/y")).containsExactly("b");
        assertThat(disk.exists("x/y/a")).isFalse();
        assertThat(disk.exists("x/y/b")).isTrue();
        disk.delete("x/y/b");
        disk.syncDirectory("x/y");
        assertThat(disk.list("x/y")).isEmpty();
        assertThat(disk.freeBytes()).isPositive();
    }

    @Test
    void missingAndExistingFilesAreToldApart() throws IOException {
        assertThatThrownBy(() -> disk.open("a", OpenMode.READ)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.open("a", OpenMode.WRITE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.delete("a")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.rename("a", "b")).isInstanceOf(NoSuchFileException.class);
        disk.open("a", OpenMode.CREATE).close();
        assertThatThrownBy(() -> disk.open("a", OpenMode.CREATE)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.open("../a", OpenMode.READ)).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void aFileOpenedForReadingTakesNoWrite() throws IOException {
        MemorySegment memory = pages(1);
        disk.open("a", OpenMode.CREATE).close();
        try (DiskFile file = disk.open("a", OpenMode.READ);
                DiskQueue queue = disk.openQueue(1)) {
            assertThatThrownBy(() -> queue.writeNow(file, 0, memory, PAGE, false))
                    .isInstanceOf(DiskFailed.class)
                    .hasMessageContaining("in a failed");
            assertThatThrownBy(() -> file.truncate(PAGE)).isInstanceOf(DiskFailed.class);
            assertThat(file.size()).isZero();
        }
    }

    @Test
    void aClosedFileTakesNoOperation() throws IOException {
        MemorySegment memory = pages(1);
        DiskFile file = disk.open("a", OpenMode.CREATE);
        file.close();
        file.close();
        try (DiskQueue queue = disk.openQueue(1)) {
            assertThatThrownBy(() -> queue.write(file, 0, memory, PAGE, false, 0))
                    .isInstanceOf(BrokenInvariant.class)
                    .hasMessageContaining("closed");
            assertThat(queue.inFlight()).isZero();
        }
    }

    @Test
    void aQueueOpenedByOneThreadIsUsedByAnother() throws Exception {
        MemorySegment memory = pages(1);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue owned = disk.openQueue(1);
                DiskQueue shared = disk.openSharedQueue(1)) {
            List<Throwable> troubles = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                boolean first = i == 0;
                Thread other =
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        if (first) {
                                            owned.writeNow(file, 0, memory, PAGE, false);
                                        }
                                        shared.readNow(file, 0, memory, PAGE);
                                    } catch (Throwable e) {
                                        troubles.add(e);
                                    }
                                });
                other.join();
            }
            assertThat(troubles).isEmpty();
        }
    }

    /// Random writes, reads, syncs and size changes on a few files, against arrays.
    @Test
    void randomOperationsAgreeWithArrays() throws IOException {
        Random random = new Random(seed());
        int depth = 8;
        int filePages = 24;
        MemorySegment[] buffers = new MemorySegment[depth];
        for (int i = 0; i < depth; i++) {
            buffers[i] = pages(filePages);
        }
        byte[] model = new byte[filePages * PAGE];
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(depth)) {
            file.truncate(model.length);
            for (int round = 0; round < 60; round++) {
                int operations = 1 + random.nextInt(depth);
                Deque<Runnable> checks = new ArrayDeque<>();
                // Operations of one round touch different pages: their order is free.
                int page = 0;
                for (int i = 0; i < operations && page < filePages; i++) {
                    int length = 1 + random.nextInt(Math.min(4, filePages - page));
                    int from = page * PAGE;
                    int until = (page + length) * PAGE;
                    MemorySegment buffer = buffers[i];
                    if (random.nextBoolean()) {
                        byte[] bytes = new byte[until - from];
                        random.nextBytes(bytes);
                        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
                        System.arraycopy(bytes, 0, model, from, bytes.length);
                        queue.write(file, from, buffer, bytes.length, random.nextBoolean(), i);
                    } else {
                        byte[] wanted = Arrays.copyOfRange(model, from, until);
                        queue.read(file, from, buffer, wanted.length, i);
                        checks.add(() -> assertThat(bytesOf(buffer.asSlice(0, wanted.length))).isEqualTo(wanted));
                    }
                    page += length + random.nextInt(3);
                }
                while (queue.inFlight() > 0) {
                    queue.await((token, failure) -> assertThat(failure).isNull());
                }
                checks.forEach(Runnable::run);
                if (random.nextInt(8) == 0) {
                    queue.syncNow(file);
                }
            }
        }
    }
}
