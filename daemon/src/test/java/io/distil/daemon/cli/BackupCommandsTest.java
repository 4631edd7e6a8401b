package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamDescriptor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `distil backup …`, against a store in this process.
class BackupCommandsTest {
    private static final StreamId ID = new StreamId(1, 2);

    @TempDir Path directory;
    private final ModelStore store = new ModelStore();
    private final CommandRunner distil = new CommandRunner(store);

    @BeforeEach
    void fill() {
        store.submit(new Mutation.CreateTable("plant/rows")).join();
        store.submit(new Mutation.WriteTable("plant/rows", List.of(KeyWrite.set(new byte[] {1}, new byte[] {2}))))
                .join();
        store.submit(new Mutation.Create(new StreamDescriptor(ID, "plant/line1", Map.of("name", "power"), Map.of(), 1)))
                .join();
    }

    @Test
    void aBackupIsCreatedListedVerifiedAndRestoredUnderAnotherName() throws IOException {
        String backup = directory.resolve("b").toString();
        CommandRunner.Result created = distil.run("backup", "create", backup);
        assertThat(created.err()).isEmpty();
        assertThat(created.out()).contains("backed up 2 items");
        assertThat(distil.run("backup", "ls", backup).out()).contains("plant/rows").contains("plant/line1/power");
        CommandRunner.Result verified = distil.run("backup", "verify", backup);
        assertThat(verified.out()).contains("sound");
        assertThat(verified.exitCode()).isZero();

        CommandRunner.Result refused = distil.run("backup", "restore", backup);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("table plant/rows exists");
        CommandRunner.Result restored =
                distil.run("backup", "restore", backup, "--rename", "plant=copy", "--new-ids", "--workers", "1");
        assertThat(restored.err()).isEmpty();
        assertThat(restored.out()).contains("restored 2 items");
        assertThat(store.tables("").stream().map(table -> table.name())).containsExactly("copy/rows", "plant/rows");
        assertThat(store.collections("")).containsExactly("copy/line1", "plant/line1");
    }

    @Test
    void aDamagedPartIsNamedAndTheExitCodeSaysSo() throws IOException {
        Path backup = directory.resolve("b");
        distil.run("backup", "create", backup.toString(), "--table", "plant/rows");
        Path part = backup.resolve("parts/000000-0001.part");
        byte[] bytes = Files.readAllBytes(part);
        bytes[60] ^= 4;
        Files.write(part, bytes);
        CommandRunner.Result verified = distil.run("backup", "verify", backup.toString());
        assertThat(verified.exitCode()).isEqualTo(1);
        assertThat(verified.err()).contains("parts/000000-0001.part");
        assertThat(verified.out()).contains("damaged");
    }

    @Test
    void whatIsNoBackupIsLeftAlone() {
        CommandRunner.Result result = distil.run("backup", "verify", directory.toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("there is no backup in");
        assertThat(directory).isEmptyDirectory();
        assertThat(distil.run("backup", "create", directory.toString(), "--workers", "0").exitCode()).isEqualTo(2);
    }
}
