package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;

class DisksTest {
    @TempDir Path directory;

    @Test
    void aSecondOpenerInThisProcessIsRefusedAndTheFirstKeepsItsLock() throws Exception {
        Leaks leaks = new Leaks();
        try (Disk first = Disks.open(directory, DiskChoice.AUTO)) {
            assertThatThrownBy(() -> Disks.open(directory, DiskChoice.AUTO))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> {
                                assertThat(refused.code()).isEqualTo(ErrorCode.DATA_DIRECTORY_IN_USE);
                                assertThat(refused).hasMessageContaining(directory.getFileName().toString());
                            });
            assertThat(first.list("")).isEmpty();
            assertThat(anotherOpenerSays()).contains("in use by process " + ProcessHandle.current().pid());
        }
        Disks.open(directory, DiskChoice.AUTO).close();
        assertThat(anotherOpenerSays()).isEqualTo("file channel: as configured");
        leaks.assertNone();
    }

    @Test
    void theDirectoryIsCreatedWithItsParents() throws Exception {
        Path deep = directory.resolve("a/b/c");
        Disks.open(deep, DiskChoice.FILE_CHANNEL).close();
        assertThat(Files.isDirectory(deep)).isTrue();
    }

    @Test
    void whereNativeCallsAreForbiddenTheFileChannelIsTakenAndTheFlagNamed() throws Exception {
        assertThat(anotherOpenerSays("--illegal-native-access=deny", DiskChoice.AUTO))
                .isEqualTo(
                        "file channel: this JVM may not call native code: start it with"
                                + " --enable-native-access=ALL-UNNAMED");
    }

    @Test
    void ioUringThatIsDemandedAndNotToBeHadIsRefusedWithTheReason() throws Exception {
        assertThat(anotherOpenerSays("--illegal-native-access=deny", DiskChoice.IO_URING))
                .startsWith("io_uring is demanded for ")
                .endsWith("--enable-native-access=ALL-UNNAMED");
    }

    private String anotherOpenerSays() throws Exception {
        return anotherOpenerSays("--enable-native-access=ALL-UNNAMED", DiskChoice.FILE_CHANNEL);
    }

    private String anotherOpenerSays(String flag, DiskChoice choice) throws Exception {
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                flag,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Opener.class.getName(),
                                directory.toString(),
                                choice.name())
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
            try (Disk disk = Disks.open(Path.of(arguments[0]), DiskChoice.valueOf(arguments[1]))) {
                System.out.println(disk.description());
            } catch (Refused e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
