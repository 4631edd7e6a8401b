package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.storage.ring.Disk.OpenMode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

class FileChannelDiskTest extends DiskContract {
    @TempDir Path directory;

    @Override
    Disk openDisk() throws IOException {
        return Disks.open(directory.resolve("distil-data"), DiskChoice.FILE_CHANNEL);
    }

    @Test
    void itSaysThatItWasChosen() {
        assertThat(disk.description()).isEqualTo("file channel: as configured");
    }

    @Test
    void anInterruptedThreadLosesNeitherItsFileNorItsInterrupt() throws IOException {
        MemorySegment written = randomPages(1, 9);
        MemorySegment read = pages(1);
        try (DiskFile file = disk.open("a", OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            Thread.currentThread().interrupt();
            queue.writeNow(file, 0, written, PAGE, false);
            assertThat(Thread.interrupted()).isTrue();
            queue.readNow(file, 0, read, PAGE);
            assertThat(bytesOf(read)).isEqualTo(bytesOf(written));
        }
    }
}
