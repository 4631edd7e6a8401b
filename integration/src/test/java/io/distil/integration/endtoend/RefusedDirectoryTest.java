package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.integration.crash.DaemonProcess;
import io.distil.wire.client.DistilClient;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// A data directory that a daemon must not open: it ends with exit code 1 and one sentence that names the file, and
/// leaves every byte as it was.
class RefusedDirectoryTest {
    private static final int PAGE_BYTES = 4096;
    private static final StreamId ID = new StreamId(3, 3);
    private static final Path STORE = Path.of("distil.store");
    private static final Path LOG = Path.of("log/000000.log");
    private static final Path SEGMENT = Path.of("segments/00000000.segment");

    @TempDir private static Path original;

    @TempDir private Path data;

    /// Two generations: points in a tree behind a checkpoint, and then many groups that are only in the log.
    @BeforeAll
    static void fill() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(original)) {
            try (DistilClient client = DistilClient.connect(daemon.host(), daemon.port())) {
                client.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1)))
                        .join();
                insert(client, 0, 5000);
                client.flush(ID).join();
            }
            assertThat(daemon.stop()).isZero();
        }
        try (DaemonProcess daemon = DaemonProcess.start(original)) {
            try (DistilClient client = DistilClient.connect(daemon.host(), daemon.port())) {
                for (int i = 0; i < 5; i++) {
                    insert(client, 5000 + 100 * i, 100);
                }
            }
            daemon.kill();
        }
    }

    @BeforeEach
    void copy() throws IOException {
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = data.resolve(original.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        // What a crash left is not touched either, before the whole directory was found to be sound.
        Files.write(data.resolve("segments/00000999.segment"), new byte[PAGE_BYTES]);
    }

    private static void insert(DistilClient client, int from, int count) {
        try (PointBatch batch = new PointBatch(count)) {
            for (int i = from; i < from + count; i++) {
                batch.append(1000L * i, Math.cos(i));
            }
            client.submit(new Mutation.Insert(ID, batch.columns(), MergePolicy.NEVER)).join();
        }
    }

    private byte[] read(Path file) throws IOException {
        return Files.readAllBytes(data.resolve(file));
    }

    private static ByteBuffer wrap(byte[] bytes, int offset, int length) {
        return ByteBuffer.wrap(bytes, offset, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] bytes, int... fromUntil) {
        CRC32C crc = new CRC32C();
        for (int i = 0; i < fromUntil.length; i += 2) {
            crc.update(bytes, fromUntil[i], fromUntil[i + 1] - fromUntil[i]);
        }
        return (int) crc.getValue();
    }

    /// Starts a daemon on the directory as it is now.
    private void assertRefused(String... sentenceParts) throws IOException {
        Map<Path, Integer> before = contents();
        Shell.Result result =
                Shell.alone()
                        .run("server", "--data", data.toString(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).startsWith("distil: ").contains(sentenceParts).containsOnlyOnce("\n");
        assertThat(result.out()).isEmpty();
        assertThat(contents()).as("files after the refusal").isEqualTo(before);
    }

    /// Every file but the lock, which names its last owner.
    private Map<Path, Integer> contents() throws IOException {
        Map<Path, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("distil.lock")) {
                    contents.put(data.relativize(file), Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    @Test
    void aDirectoryInUseByAnotherProcess() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(data)) {
            assertRefused("data directory " + data.toRealPath(), "is in use by process ");
            assertThat(Shell.on(daemon).json("stream", "ls")).hasSize(1);
            daemon.kill();
        }
    }

    @Test
    void aSuperblockOfANewerFormat() throws IOException {
        byte[] store = read(STORE);
        wrap(store, 0, PAGE_BYTES).putInt(8, 2).putInt(PAGE_BYTES - 4, 0);
        wrap(store, 0, PAGE_BYTES).putInt(PAGE_BYTES - 4, crc(store, 0, PAGE_BYTES - 4));
        Files.write(data.resolve(STORE), store);
        assertRefused("distil.store has format 2", "newer version");
    }

    @Test
    void aLogOfANewerFormat() throws IOException {
        byte[] log = read(LOG);
        wrap(log, 0, 32).putInt(8, 2);
        wrap(log, 0, 32).putInt(12, crc(log, 0, 12, 16, 32));
        Files.write(data.resolve(LOG), log);
        assertRefused(LOG + " has log format 2");
    }

    @Test
    void aSegmentOfANewerFormat() throws IOException {
        byte[] segment = read(SEGMENT);
        wrap(segment, 0, PAGE_BYTES).putInt(4, 2);
        wrap(segment, 0, PAGE_BYTES).putInt(12, crc(segment, 0, 12, 16, PAGE_BYTES));
        Files.write(data.resolve(SEGMENT), segment);
        assertRefused(SEGMENT + " has segment format 2");
    }

    @Test
    void aBlockOfANewerFormat() throws IOException {
        byte[] segment = read(SEGMENT);
        int block = keyedLeaf(segment);
        int bodyBytes = wrap(segment, block, 32).getInt(8);
        segment[block + 5] = 2;
        wrap(segment, block, 32)
                .putInt(
                        12,
                        crc(segment, block, block + 12, block + 16, block + 32, block + 32, block + 32 + bodyBytes));
        Files.write(data.resolve(SEGMENT), segment);
        assertRefused(SEGMENT.toString(), "has format 2");
    }

    @Test
    void aDamagedBlockOfTheCatalog() throws IOException {
        byte[] segment = read(SEGMENT);
        segment[keyedLeaf(segment) + 40] ^= 1;
        Files.write(data.resolve(SEGMENT), segment);
        assertRefused(SEGMENT.toString(), "checksum");
    }

    /// Where the last leaf of the keyed tree begins, which is the one of the last checkpoint.
    private static int keyedLeaf(byte[] segment) {
        int found = -1;
        for (int at = PAGE_BYTES; at + 32 < segment.length; at += 16) {
            if (wrap(segment, at, 32).getInt(0) == 0x4B4C4244 && segment[at + 4] == 3) {
                found = at;
            }
        }
        assertThat(found).as("a leaf of the keyed tree in " + SEGMENT).isPositive();
        return found;
    }

    @Test
    void aForeignStoreFile() throws IOException {
        Files.writeString(data.resolve(STORE), "not ours".repeat(2 * PAGE_BYTES / 8));
        assertRefused("distil.store was not written by Distil");
    }

    @Test
    void aStoreFileThatIsGone() throws IOException {
        Files.delete(data.resolve(STORE));
        assertRefused("distil.store is missing");
    }

    @Test
    void aDamagedMiddleOfTheLog() throws IOException {
        byte[] log = read(LOG);
        // The last group but three: later ones are whole, so this was no torn end.
        int group = log.length - PAGE_BYTES;
        for (int groups = 0; groups < 4; group -= PAGE_BYTES) {
            if (wrap(log, group, 32).getInt(0) == 0x50474C44 && ++groups == 4) {
                break;
            }
        }
        log[group + 100] ^= 4;
        Files.write(data.resolve(LOG), log);
        assertRefused(LOG + ": the group at offset " + group, "is damaged");
    }
}
