package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.storage.ring.Disk.OpenMode;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The contract over io_uring, where the machine has it; elsewhere it runs over what stands in for it, as the daemon
/// does.
class UringDiskTest extends DiskContract {
    @TempDir Path directory;

    @Override
    Disk openDisk() throws IOException {
        return Disks.open(directory.resolve("distil-data"), DiskChoice.AUTO);
    }

    @Test
    void itSaysWhichPathWasChosen() {
        assertThat(disk.description()).matches("io_uring \\(O_DIRECT.*|file channel: .+");
    }

    @Test
    void aFileWithOperationsInFlightIsNotClosed() throws IOException {
        MemorySegment memory = pages(1);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            if (file instanceof UringFile) {
                queue.write(file, 0, memory, PAGE, false, 0);
                assertThatThrownBy(file::close)
                        .isInstanceOf(BrokenInvariant.class)
                        .hasMessageContaining("1 operations in flight");
                queue.await((token, failure) -> assertThat(failure).isNull());
            }
        }
    }

    /// Every submission of this disk moves one page, so that each longer operation comes back short and is continued.
    @Nested
    class WithShortOperations extends DiskContract {
        @TempDir Path shortDirectory;

        @Override
        Disk openDisk() throws IOException {
            DataDirectory data = DataDirectory.open(shortDirectory.resolve("distil-data"));
            UringProbe probe = UringProbe.of(data);
            return probe.isUsable()
                    ? new UringDisk(data, probe.findings(), Uring::new, PAGE)
                    : new FileChannelDisk(data, probe.findings());
        }
    }

    /// Completions come short of any length, interrupted, or to be tried again, and so do the calls that wait for them.
    @Nested
    class WithFaultyCompletions extends DiskContract {
        private final Random random = new Random(seed());
        private final List<FaultyRing> rings = new ArrayList<>();

        @TempDir Path faultyDirectory;

        @Override
        Disk openDisk() throws IOException {
            DataDirectory data = DataDirectory.open(faultyDirectory.resolve("distil-data"));
            UringProbe probe = UringProbe.of(data);
            Ring.Maker faulty =
                    (entryCount, owned) -> {
                        rings.add(new FaultyRing(new Uring(entryCount, owned), random));
                        return rings.getLast();
                    };
            return probe.isUsable()
                    ? new UringDisk(data, probe.findings(), faulty, UringQueue.TRANSFER_BYTES_MAX)
                    : new FileChannelDisk(data, probe.findings());
        }

        @Test
        void whatIsContinuedIsMovedWhole() throws IOException {
            int pageCount = 40;
            MemorySegment written = randomPages(pageCount, 1);
            MemorySegment read = pages(pageCount);
            try (DiskFile file = disk.open("a", OpenMode.CREATE);
                    DiskQueue queue = disk.openQueue(1)) {
                for (int i = 0; i < 20; i++) {
                    queue.writeNow(file, 0, written, (long) pageCount * PAGE, i % 2 == 0);
                    read.fill((byte) i);
                    queue.readNow(file, 0, read, (long) pageCount * PAGE);
                    assertThat(bytesOf(read)).isEqualTo(bytesOf(written));
                }
            }
            assertThat(rings).allSatisfy(ring -> assertThat(ring.faultCount()).isPositive());
        }

        @Test
        void whatIsRefusedIsAFailureOfThatOperationAlone() throws IOException {
            MemorySegment memory = randomPages(1, 1);
            try (DiskFile file = disk.open("a", OpenMode.CREATE);
                    DiskQueue queue = disk.openQueue(1)) {
                for (FaultyRing ring : rings) {
                    ring.fail(Linux.ENOSPC);
                    assertThatThrownBy(() -> queue.writeNow(file, 0, memory, PAGE, true))
                            .isInstanceOfSatisfying(DiskFailed.class, e -> assertThat(e.isFull()).isTrue())
                            .hasMessageContaining("write of the last 4096 bytes, at 0 in a failed: ENOSPC");
                    queue.writeNow(file, 0, memory, PAGE, true);
                    ring.fail(Linux.EINTR);
                    assertThatThrownBy(() -> queue.syncNow(file))
                            .as("a sync is never repeated")
                            .isInstanceOf(DiskFailed.class)
                            .hasMessageContaining("sync of a failed: EINTR");
                    queue.readNow(file, 0, memory, PAGE);
                }
            }
        }

        @Test
        void whatNeverGetsAnywhereFailsInTheEnd() throws IOException {
            MemorySegment memory = randomPages(1, 1);
            try (DiskFile file = disk.open("a", OpenMode.CREATE);
                    DiskQueue queue = disk.openQueue(1)) {
                if (file instanceof UringFile) {
                    rings.getLast().interruptAlways();
                    assertThatThrownBy(() -> queue.writeNow(file, 0, memory, PAGE, false))
                            .isInstanceOf(DiskFailed.class)
                            .hasMessageContaining("EINTR");
                }
            }
        }
    }
}
