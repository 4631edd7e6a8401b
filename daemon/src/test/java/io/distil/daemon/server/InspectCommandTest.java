package io.distil.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamStore;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// `distil inspect` on a directory that a node has left behind.
class InspectCommandTest {
    @TempDir private Path directory;

    private record Result(int exitCode, String out, String err) {}

    private static Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandContext context =
                new CommandContext(
                        InputStream.nullInputStream(),
                        out,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        CommandContext.Terminal.NONE,
                        NanoClock.SYSTEM,
                        _ -> {
                            throw new IOException("inspect needs no daemon");
                        });
        int exitCode = Distil.run(context, words);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Daemon start() throws IOException {
        return Daemon.start(ServerConfig.defaults().withData(directory).withListen("127.0.0.1:0", ""));
    }

    @BeforeEach
    void fill() throws IOException {
        StreamId id = new StreamId(1, 2);
        try (Daemon daemon = start();
                PointBatch batch = new PointBatch(10_000)) {
            StreamStore store = daemon.store();
            store.submit(new Mutation.Create(new StreamDescriptor(id, "plant", Map.of("name", "a"), Map.of(), 1)))
                    .join();
            for (int i = 0; i < batch.capacity(); i++) {
                batch.append(1_000_000L * i, Math.sin(i));
            }
            store.submit(new Mutation.Insert(id, batch.columns(), MergePolicy.NEVER)).join();
            store.submit(new Mutation.Flush(id)).join();
        }
    }

    /// Every file but the lock, whose content is the last opener's process.
    private Map<Path, Integer> contents() throws IOException {
        Map<Path, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("distil.lock")) {
                    contents.put(directory.relativize(file), Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    /// Without the store's id, and without what depends on the codec: sizes, and how many leaves there are.
    private static String withoutNumbersOfTheRun(String out) {
        return out.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID")
                .replaceAll("\\d+ (bytes|blocks)", "N $1")
                .replaceAll("LEAF=\\d\\d*,", "LEAF=N,");
    }

    @Test
    void aSoundStoreIsDescribedAndLeftAsItIs() throws IOException {
        Map<Path, Integer> before = contents();
        Result result = run("inspect", directory.toString());
        assertThat(result.err()).isEmpty();
        assertThat(withoutNumbersOfTheRun(result.out()))
                .isEqualTo(
                        """
                        log: 1 files, no entries that a restart would read
                        streams: 1 with 10000 points in their newest trees
                        store ID
                        slot 0: checkpoint 2
                        slot 1: checkpoint 1
                        checkpoint 2: log applied through 3, replayed from 4; next segment 1
                        segment 00000000: N bytes, N blocks {SERIES_LEAF=N, SERIES_NODE=1, KEYED_LEAF=1} with bodies of N bytes
                        keyed tree: 3 entries in 1 leaves, 0 nodes and 0 large values, N bytes
                        table streams: 1 entries, N bytes of keys, N bytes of values
                        table versions: 1 entries, N bytes of keys, N bytes of values
                        table void-positions: 1 entries, N bytes of keys, N bytes of values
                        sound
                        """);
        assertThat(result.exitCode()).isEqualTo(Distil.DONE);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void jsonHasOneObjectForPrograms() throws IOException {
        Result result = run("inspect", "--json", directory.toString());
        assertThat(result.out()).endsWith("}\n").containsOnlyOnce("\n");
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.get("state").textValue()).isEqualTo("sound");
        assertThat(json.get("damage")).isEmpty();
        assertThat(json.get("streams").longValue()).isEqualTo(1);
        assertThat(json.get("points").longValue()).isEqualTo(10_000);
        assertThat(json.get("appliedThrough").longValue()).isEqualTo(3);
        assertThat(json.get("tables").get("streams").textValue()).isEqualTo("1");
    }

    @Test
    void aDamagedBlockGivesExitCodeOneAndItsFileAndOffset() throws IOException {
        Path segment = directory.resolve("segments/00000000.segment");
        flip(segment, 4096 + 1000);
        Map<Path, Integer> before = contents();
        Result text = run("inspect", directory.toString());
        assertThat(text.exitCode()).isEqualTo(Distil.FAILED);
        assertThat(text.out())
                .contains("DAMAGE: streams 00000000-0000-0001-0000-000000000002: ")
                .contains("segments/00000000.segment")
                .endsWith("damaged\n");
        Result json = run("inspect", "--json", directory.toString());
        assertThat(json.exitCode()).isEqualTo(Distil.FAILED);
        JsonNode answer = new ObjectMapper().readTree(json.out());
        assertThat(answer.get("state").textValue()).isEqualTo("damaged");
        assertThat(answer.get("damage").get(0).textValue()).contains("segments/00000000.segment");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void aStoreWithoutSuperblocksIsStillLookedThrough() throws IOException {
        flip(directory.resolve("distil.store"), 100);
        flip(directory.resolve("distil.store"), 4096 + 100);
        Result result = run("inspect", "--json", directory.toString());
        assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
        JsonNode answer = new ObjectMapper().readTree(result.out());
        assertThat(answer.get("checkpoint").isNull()).isTrue();
        assertThat(answer.get("blocks").longValue()).isGreaterThan(2);
    }

    @Test
    void aDirectoryInUseIsRefused() throws IOException {
        try (Daemon _ = start()) {
            Result result = run("inspect", directory.toString());
            assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
            assertThat(result.err()).contains("is in use by").containsOnlyOnce("\n");
        }
    }

    @Test
    void aDirectoryWithoutAStoreIsRefusedAndNothingIsMadeThere() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Result result = run("inspect", empty.toString());
        assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
        assertThat(result.err()).isEqualTo("distil: there is no store in " + empty + "\n");
        assertThat(empty).isEmptyDirectory();
        Path missing = directory.resolve("missing");
        assertThat(run("inspect", missing.toString()).err()).contains("there is no store in " + missing);
        assertThat(missing).doesNotExist();
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 8);
        }
    }
}
