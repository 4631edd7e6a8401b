package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.integration.crash.DaemonProcess;
import io.distil.wire.client.DistilClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;

/// A file system that fills up under a running daemon. As root it is a small one of its own; otherwise the one of
/// temporary files, with a reserve just below what is free there.
class DiskFullTest {
    private static final StreamId ID = new StreamId(4, 4);
    private static final long MIB = 1 << 20;
    private static final long BALLAST_BYTES = 200 * MIB;
    private static final long FILE_SYSTEM_MIB = 320;
    private static final long RESERVE_MIB = 48;

    @TempDir private Path directory;

    private Path disk;
    private boolean mounted;
    private long reserveMib;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + FILE_SYSTEM_MIB + "m", "tmpfs", disk.toString()) == 0;
        reserveMib = mounted ? RESERVE_MIB : (Files.getFileStore(disk).getUsableSpace() - BALLAST_BYTES) / MIB;
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", disk.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void writesAreRefusedReadsGoOnAndWritesAreTakenAgainWhenSpaceReturns() throws Exception {
        Path config = Files.writeString(directory.resolve("config.yaml"), "reserveMiB: " + reserveMib + "\n");
        try (DaemonProcess daemon = DaemonProcess.start(disk.resolve("data"), "--config", config.toString());
                DistilClient client = DistilClient.connect(daemon.host(), daemon.port())) {
            client.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
            int accepted = insertUntilRefused(client, 1);
            assertThat(accepted).as("inserts taken while there is room").isEqualTo(1);

            Path ballast = disk.resolve("ballast");
            fill(ballast);
            accepted += insertUntilRefused(client, 100_000);
            assertThat(count(client)).as("reads while the disk is full").isEqualTo(accepted);
            assertThat(client.status().get("store.state")).as("nothing has failed").isEqualTo("well");

            Files.delete(ballast);
            awaitRoom(client);
            accepted++;
            client.flush(ID).join();
            assertThat(count(client)).isEqualTo(accepted);
            assertThat(daemon.stop()).isZero();
        }
        try (DaemonProcess daemon = DaemonProcess.start(disk.resolve("data"), "--config", config.toString())) {
            assertThat(Shell.on(daemon).json("stream", "info", "c/n").getFirst().get("count").longValue())
                    .isGreaterThan(1);
            assertThat(daemon.stop()).isZero();
        }
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[(int) MIB];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (long written = 0; written < BALLAST_BYTES + 8 * MIB; written += block.length) {
                out.write(block);
            }
        }
    }

    /// @return how many were taken before the first refusal, which must be `DISK_FULL`
    private static int insertUntilRefused(DistilClient client, int countMax) {
        for (int accepted = 0; accepted < countMax; accepted++) {
            Throwable refusal = catchThrowable(() -> insert(client));
            if (refusal != null) {
                assertDiskFull(refusal);
                return accepted;
            }
        }
        assertThat(countMax).as("inserts taken, and none refused").isEqualTo(1);
        return countMax;
    }

    private static void assertDiskFull(Throwable refusal) {
        assertThat(refusal).isInstanceOf(CompletionException.class).hasCauseInstanceOf(Refused.class);
        assertThat(((Refused) refusal.getCause()).code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(refusal.getCause()).hasMessageContaining("taken again when space returns");
    }

    /// The daemon looks for space by itself, a few times a second.
    private static void awaitRoom(DistilClient client) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            Throwable refusal = catchThrowable(() -> insert(client));
            if (refusal == null) {
                return;
            }
            assertDiskFull(refusal);
            Thread.sleep(100);
        }
        throw new AssertionError("no write was taken within ten seconds of space returning");
    }

    private static void insert(DistilClient client) {
        try (PointBatch batch = new PointBatch(1)) {
            batch.append(System.nanoTime(), 1);
            client.submit(new Mutation.Insert(ID, batch.columns(), MergePolicy.NEVER)).join();
        }
    }

    private static int count(DistilClient client) throws IOException {
        int count = 0;
        try (StreamSnapshot snapshot = client.snapshot(ID, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(1000)) {
            while (cursor.next(batch) > 0) {
                count += batch.count();
            }
        }
        return count;
    }
}
