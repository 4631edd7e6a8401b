package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.storage.ring.Disk.OpenMode;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

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
                    ? new UringDisk(data, probe.findings(), PAGE)
                    : new FileChannelDisk(data, probe.findings());
        }
    }
}
