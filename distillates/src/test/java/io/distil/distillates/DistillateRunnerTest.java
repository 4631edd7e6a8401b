package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.StoredRecord;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class DistillateRunnerTest {
    private final Fixture fixture = new Fixture();

    @Test
    void onlyChangedRangesGrownByTheMarginsAreWrittenAgain() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 1000, 10);
        fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 10L));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
            assertThat(fixture.replacedRanges()).containsExactly(TimeRange.ALL);
            fixture.store.replaced.clear();

            fixture.insert(Fixture.TEMPERATURE, 500, 700);
            Fixture.drain(runner);
            // The mean at u looks at (u - 10, u]; the margin is 10, so a change at t reaches [t, t + 10].
            assertThat(fixture.replacedRanges()).containsExactly(new TimeRange(500, 511), new TimeRange(700, 711));
            fixture.store.replaced.clear();

            fixture.store.flush(Fixture.TEMPERATURE).join();
            Fixture.drain(runner);
            assertThat(fixture.replacedRanges()).as("a commit changes nothing").isEmpty();
            assertThat(runner.step()).isFalse();
        }
    }

    @Test
    void trailingMarginsReachBackwards() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 1000, 10);
        fixture.registry.ensure(
                SpecCodec.read(
                        """
                        {"name": "d", "algorithm": "digest", "inputs": ["plant/temperature"],
                         "outputs": [{"output": "digest", "collection": "plant", "name": "d"}],
                         "parameters": {"lead": 3, "trailing": 5}}
                        """));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS, new Digest(1))) {
            Fixture.drain(runner);
            fixture.store.replaced.clear();
            fixture.insert(Fixture.TEMPERATURE, 500);
            Fixture.drain(runner);
            assertThat(fixture.replacedRanges()).containsExactly(new TimeRange(495, 504));
        }
    }

    @Test
    void aLongRunIsCutByDensityAndResumesWhereItWasKilled() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100_000, 10);
        fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 50L));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            for (int i = 0; i < 7; i++) {
                assertThat(runner.step()).isTrue();
            }
        }
        List<TimeRange> done = List.copyOf(fixture.replacedRanges());
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
        }
        List<TimeRange> all = fixture.replacedRanges();
        assertThat(done).hasSize(7);
        assertThat(all).as("10,000 points in pieces of 500 to 1,000").hasSizeBetween(10, 25);
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).from()).isEqualTo(all.get(i - 1).until());
        }
        assertThat(fixture.points("plant/mean")).hasSize(10_000);
    }

    @Test
    void aNewVersionOfTheAlgorithmComputesEverythingAgain() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100, 10);
        fixture.registry.ensure(
                SpecCodec.read(
                        """
                        {"name": "d", "algorithm": "digest", "inputs": ["plant/temperature"],
                         "outputs": [{"output": "digest", "collection": "plant", "name": "d"}],
                         "parameters": {"lead": 3, "trailing": 5}}
                        """));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS, new Digest(1))) {
            Fixture.drain(runner);
        }
        List<Point> before = fixture.points("plant/d");
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS, new Digest(2))) {
            Fixture.drain(runner);
            assertThat(fixture.points("plant/d")).hasSameSizeAs(before).doesNotContainAnyElementsOf(before);
            assertThat(runner.step()).isFalse();
        }
        assertThat(fixture.registry(new Digest(2)).status("d").algorithmVersion()).isEqualTo(2);
    }

    @Test
    void versionsThatTheStoreDoesNotKnowLeadToAWholeRecomputation() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100, 10);
        fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 10L));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
        }
        StoredRecord record = fixture.store.record(Keys.cursor("mean")).orElseThrow();
        Cursor cursor = RecordCodec.decode(record);
        Cursor fromTheFuture =
                new Cursor(
                        cursor.specRevision(),
                        cursor.algorithmVersion(),
                        List.of(new Cursor.Seen(Fixture.TEMPERATURE, new Version(99, 0))),
                        cursor.outputs(),
                        List.of(),
                        0,
                        Cursor.Failure.NONE);
        fixture.store
                .submit(
                        new Mutation.Atomic(
                                List.of(),
                                List.of(
                                        new Mutation.PutRecord(
                                                record.key(),
                                                record.revision(),
                                                Optional.of(RecordCodec.encode(fromTheFuture))))))
                .join();
        fixture.store.replaced.clear();
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
        }
        assertThat(fixture.replacedRanges()).containsExactly(TimeRange.ALL);
    }

    @Test
    void anInputCreatedAnewUnderItsNameLeadsToAWholeRecomputation() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100, 10);
        fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 10L));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
            fixture.store.submit(new Mutation.Obliterate(Fixture.TEMPERATURE)).join();
            assertThat(runner.step()).isTrue();
            DistillateStatus failing = fixture.registry.status("mean");
            assertThat(failing.state()).isEqualTo(DistillateStatus.State.FAILING);
            assertThat(failing.failureCount()).isEqualTo(1);
            assertThat(failing.inputs().getFirst().present()).isEmpty();

            fixture.create(new StreamId(0, 2), "plant", "temperature");
            fixture.insert(new StreamId(0, 2), 7);
            fixture.clock.advance(1000);
            Fixture.drain(runner);
            assertThat(fixture.points("plant/mean")).containsExactly(new Point(7, 7));
            DistillateStatus current = fixture.registry.status("mean");
            assertThat(current.state()).isEqualTo(DistillateStatus.State.CURRENT);
            assertThat(current.lastError()).isEmpty();
        }
    }

    @Test
    void aFailureIsNotedAndTriedAgainAfterAPauseWhileOthersGoOn() throws Exception {
        fixture.create(new StreamId(0, 2), "plant", "pressure");
        fixture.insert(new StreamId(0, 2), 1, 2, 3);
        fixture.insert(Fixture.TEMPERATURE, 4, 5, 6);
        fixture.registry.ensure(Fixture.mean("a-failing", "plant/pressure", 10L));
        fixture.registry.ensure(Fixture.mean("b-working", "plant/temperature", 10L));
        fixture.store.submit(new Mutation.Obliterate(new StreamId(0, 2))).join();
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
            assertThat(fixture.points("plant/b-working")).hasSize(3);
            DistillateStatus status = fixture.registry.status("a-failing");
            assertThat(status.lastError()).isEqualTo("inputs[0]: there is no stream plant/pressure");
            assertThat(status.failureCount()).isEqualTo(1);

            // The pauses are 100, 200, 400, ... and at most 1,000.
            fixture.clock.advance(99);
            assertThat(runner.step()).isFalse();
            fixture.clock.advance(1);
            assertThat(runner.step()).isTrue();
            fixture.clock.advance(199);
            assertThat(runner.step()).isFalse();
            fixture.clock.advance(1);
            assertThat(runner.step()).isTrue();
            assertThat(fixture.registry.status("a-failing").failureCount()).isEqualTo(3);
        }
    }

    @Test
    void aRunnerThatWasOvertakenWritesNothing() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100_000, 10);
        fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 50L));
        try (DistillateRunner one = fixture.runner(Fixture.OPTIONS);
                DistillateRunner other = fixture.runner(Fixture.OPTIONS)) {
            boolean worked = true;
            while (worked) {
                worked = one.step() | other.step();
            }
        }
        assertThat(fixture.points("plant/mean")).hasSize(10_000);
        assertThat(fixture.store.openSnapshots).hasValue(0);
    }

    @Test
    void aRemovedDistillateIsNotFollowedAndLeavesNoSnapshotOpen() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100_000, 10);
        fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 50L));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            runner.step();
            assertThat(fixture.store.openSnapshots.get()).isPositive();
            fixture.registry.remove("mean");
            assertThat(runner.step()).isFalse();
            assertThat(fixture.store.openSnapshots).hasValue(0);
        }
    }

    @Test
    void itsThreadFollowsAndEndsOnClose() throws Exception {
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            runner.start();
            fixture.registry.ensure(Fixture.mean("mean", "plant/temperature", 50L));
            fixture.insert(Fixture.TEMPERATURE, 1, 2, 3);
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (fixture.points("plant/mean").size() < 3 && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
        }
        assertThat(fixture.points("plant/mean")).hasSize(3);
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().equals("distillates"));
    }
}
