package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/// Many rows, batches in flight, and stores that fail in the middle.
class BulkLoadTest {
    private static final int ROWS = 50_000;
    private static final StreamId ID = new StreamId(1, 1);

    @TempDir private Path directory;

    private final ModelStore store = new ModelStore();

    @AfterEach
    void noBatchIsLeft() {
        assertThat(OffHeap.bytes(MemoryOwner.BATCHES)).isZero();
    }

    @Test
    void manyRowsWithBadOnesAmongThemAreLoadedAndTheBadOnesCounted() throws IOException {
        Path file = file(row -> row % 1000 == 999 ? "2024-01-01,oops" : row + ",0." + row);
        CommandRunner.Result result = load(store, file, "--skip-bad", "--json");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("\"points\":49950,\"bad\":50,");
        assertThat(result.err().lines()).hasSize(11).last().asString().contains("further bad rows");
        assertThat(points(store)).hasSize(ROWS - 50).contains(0.0, Double.parseDouble("0.49998"));
    }

    @Test
    void aBadRowStopsTheLoadAndSaysWhatWasStored() throws IOException {
        Path file = file(row -> row == 40_000 ? "40000,NaN" : row + ",1");
        CommandRunner.Result result = load(store, file);
        assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
        // Line 1 is the heading, so row 32,768, the last of the second whole batch, stands on line 32,769.
        assertThat(result.err())
                .contains(
                        "rows.csv:40002: value NaN is not finite; 32768 points were stored, from this file those up to line"
                                + " 32769; --skip-bad goes on after bad rows");
        assertThat(points(store)).hasSize(2 * PointUploader.BATCH_POINTS);
    }

    @Test
    void aStoreThatRefusesInTheMiddleIsReportedWithWhatItHadStored() throws IOException {
        FailingStore failing = new FailingStore(store, 2, new Refused(ErrorCode.DISK_FULL, "the disk is full"));
        CommandRunner.Result result = load(failing, file(row -> row + ",1"));
        assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
        assertThat(result.err()).contains("distil: the disk is full; ").contains(" points had been stored");
        assertThat(points(store)).hasSizeGreaterThanOrEqualTo(PointUploader.BATCH_POINTS);
    }

    @Test
    void standardInputOfManyJsonLinesIsInserted() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            lines.append("{\"time\":").append(i).append(",\"value\":").append(i).append("}\n");
        }
        CommandRunner.Result result =
                new CommandRunner(store).runWith(lines.toString(), "insert", "bulk/rows", "--create", "--json");
        assertThat(result.exitCode()).isZero();
        assertThat(points(store)).hasSize(ROWS);
    }

    @Test
    void aProgressBarIsDrawnOnATerminalAndErased() throws IOException {
        CommandRunner runner = new CommandRunner(store);
        runner.terminal = new CommandContext.Terminal(true, true, 80);
        CommandRunner.Result result =
                runner.run(
                        "import",
                        "csv",
                        file(row -> row + ",1").toString(),
                        "--stream",
                        "bulk/rows",
                        "--create",
                        "--time-unit",
                        "ns");
        assertThat(result.err())
                .contains("[████████")
                .contains("% ")
                .endsWith("\r\u001b[2Kdistil: 50.0 k points in 4.0 s, 12.5 k points/s\n");
    }

    @Test
    void theSameSeedGivesTheSamePointsAndAnotherSeedOthers() throws IOException {
        List<String> answers = new ArrayList<>();
        for (String seed : List.of("1", "1", "2")) {
            CommandRunner runner = new CommandRunner();
            assertThat(
                            runner.run(("generate --streams 2 --points 500 --collection g --seed " + seed).split(" "))
                                    .exitCode())
                    .isZero();
            answers.add(runner.run("points", "g/s0").out() + runner.run("points", "g/s1").out());
        }
        assertThat(answers.get(0)).isEqualTo(answers.get(1)).isNotEqualTo(answers.get(2));
    }

    @Test
    void everyProfileMakesFinitePointsAtDistinctAscendingTimes() {
        for (LoadProfile profile : LoadProfile.values()) {
            SyntheticSeries series = profile.series(3, 4, CommandRunner.NOW_NANOS);
            long before = Long.MIN_VALUE;
            for (int i = 0; i < 20_000; i++) {
                series.next();
                assertThat(series.time()).as(profile.label()).isGreaterThan(before);
                assertThat(series.value()).as(profile.label()).isFinite();
                before = series.time();
            }
        }
    }

    @Test
    void aJitteredWalkKeepsToItsGridAndToThreeDecimals() {
        SyntheticSeries series = LoadProfile.JITTERED_WALK.series(7, 0, 0);
        for (int i = 0; i < 10_000; i++) {
            series.next();
            assertThat(Math.abs(series.time() - i * 100_000_000L)).isLessThanOrEqualTo(50_000);
            assertThat(Double.toString(series.value())).matches("-?[0-9]+\\.[0-9]{1,3}");
        }
    }

    @Test
    void anUploaderKeepsItsFirstFailureAndFreesItsMemory() throws IOException {
        try (PointUploader uploader = new PointUploader(store, 10, 2)) {
            PointBatch batch = uploader.take().append(1, 1);
            uploader.send(ID, batch, MergePolicy.NEVER);
            assertThatThrownBy(uploader::finish).isInstanceOf(Refused.class).hasMessageContaining("there is no stream");
            assertThatThrownBy(uploader::take).isInstanceOf(Refused.class);
            assertThat(uploader.storedPointCount()).isZero();
        }
    }

    @Test
    void batchesAnsweredLateAndOnOtherThreadsAreAllCounted() throws IOException {
        try (ExecutorService late = Executors.newFixedThreadPool(3);
                PointUploader uploader = new PointUploader(new LateStore(store, late), 7, 4)) {
            StreamId id = StreamCommands.create(store, "late/s").descriptor().id();
            for (int i = 0; i < 100; i++) {
                PointBatch batch = uploader.take();
                batch.append(i, i);
                uploader.send(id, batch, MergePolicy.NEVER);
            }
            uploader.finish();
            assertThat(uploader.storedPointCount()).isEqualTo(100);
            assertThat(uploader.storedBatchCount()).isEqualTo(100);
        }
    }

    private CommandRunner.Result load(StreamStore target, Path file, String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "import",
                                "csv",
                                file.toString(),
                                "--stream",
                                "bulk/rows",
                                "--create",
                                "--time-unit",
                                "ns"));
        words.addAll(List.of(more));
        return new CommandRunner(target).run(words.toArray(String[]::new));
    }

    private Path file(IntFunction<String> row) throws IOException {
        StringBuilder text = new StringBuilder("time,value\n");
        for (int i = 0; i < ROWS; i++) {
            text.append(row.apply(i)).append('\n');
        }
        return Files.writeString(directory.resolve("rows.csv"), text);
    }

    private static List<Double> points(StreamStore store) throws IOException {
        StreamId id = StreamNames.resolve(store, "bulk/rows").descriptor().id();
        List<Double> values = new ArrayList<>();
        try (StreamSnapshot snapshot = store.snapshot(id, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(1000)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    values.add(batch.value(i));
                }
            }
        }
        return values;
    }

    /// Takes some inserts, then none.
    private static final class FailingStore extends ForwardingStore {
        private final Exception failure;
        private int insertsLeft;

        FailingStore(StreamStore to, int inserts, Exception failure) {
            super(to);
            this.insertsLeft = inserts;
            this.failure = failure;
        }

        @Override
        public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
            boolean fails = mutation instanceof Mutation.Insert && insertsLeft-- <= 0;
            return fails ? CompletableFuture.failedFuture(failure) : super.submit(mutation, tag, durability);
        }
    }

    /// Answers on another thread.
    private static final class LateStore extends ForwardingStore {
        private final Executor executor;

        LateStore(StreamStore to, Executor executor) {
            super(to);
            this.executor = executor;
        }

        @Override
        public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
            return CompletableFuture.supplyAsync(() -> super.submit(mutation, tag, durability).join(), executor);
        }
    }
}
