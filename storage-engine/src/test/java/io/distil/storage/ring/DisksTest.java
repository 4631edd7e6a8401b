package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisksTest {
    @TempDir
    Path directory;

    @Test
    void aSecondOpenerInThisProcessIsRefusedAndTheFirstKeepsItsLock() throws Exception {
        Leaks leaks = new Leaks();
        try (Disk first = Disks.open(directory, DiskChoice.AUTO)) {
            assertThatThrownBy(() -> Disks.open(directory, DiskChoice.AUTO))
                    .isInstanceOfSatisfying(Refused.class, refused -> {
                        assertThat(refused.code()).isEqualTo(ErrorCode.DATA_DIRECTORY_IN_USE);
                        assertThat(refused).hasMessageContaining(directory.getFileName().toString());
                    });
            assertThat(first.list("")).isEmpty();
            assertThat(exitOfAnotherOpener()).contains("in use by process " + ProcessHandle.current().pid());
        }
        Disks.open(directory, DiskChoice.AUTO).close();
        assertThat(exitOfAnotherOpener()).isEqualTo("opened");
        leaks.assertNone();
    }

    @Test
    void theDirectoryIsCreatedWithItsParents() throws Exception {
        Path deep = directory.resolve("a/b/c");
        Disks.open(deep, DiskChoice.FILE_CHANNEL).close();
        assertThat(Files.isDirectory(deep)).isTrue();
    }

    private String exitOfAnotherOpener() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opener.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            return reader.readLine();
        } finally {
            process.waitFor();
        }
    }

    /// Another process that wants the directory.
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) throws Exception {
            try (Disk disk = Disks.open(Path.of(arguments[0]), DiskChoice.FILE_CHANNEL)) {
                System.out.println("opened");
            } catch (Refused e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
