package io.distil.pqm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.storage.ring.Leaks;
import io.distil.storage.tree.SeriesRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

final class ChangeHistoryTest {
    private final Leaks leaks = new Leaks();
    private Pqm pqm = withHistory(1 << 20, 1 << 20);
    private StreamBuffer buffer = pqm.open(new StreamId(1, 1), 5, SeriesRoot.EMPTY);

    @AfterEach
    void nothingIsLeft() {
        buffer.close();
        leaks.assertNone();
    }

    private static Pqm withHistory(long bytesPerStream, long bytes) {
        return new Pqm(new PqmOptions(1000, 1000, 1 << 20, 1 << 19, 1 << 18, bytesPerStream, bytes), NanoClock.SYSTEM);
    }

    private static void insert(StreamBuffer buffer, long... times) {
        try (PointBatch batch = new PointBatch(times.length)) {
            for (long time : times) {
                batch.append(time, 1);
            }
            buffer.insert(batch.columns(), MergePolicy.NEVER);
        }
    }

    private static Optional<List<TimeRange>> changed(StreamBuffer buffer, String since, int resolutionLog2) {
        try (StreamView view = buffer.acquire()) {
            return view.changedSince(Version.parse(since), resolutionLog2);
        }
    }

    private void assertChanged(String since, long... bounds) {
        List<TimeRange> wanted = new ArrayList<>();
        for (int i = 0; i < bounds.length; i += 2) {
            wanted.add(new TimeRange(bounds[i], bounds[i + 1]));
        }
        assertThat(changed(buffer, since, 0)).contains(wanted);
    }

    @Test
    void aReaderAtAMinorVersionGetsJustWhatCameAfterItAlsoAcrossACommit() {
        insert(buffer, 100);
        insert(buffer, 300, 200);
        buffer.erase(new TimeRange(10, 20));
        assertChanged("5.0", 10, 20, 100, 101, 200, 201, 300, 301);
        assertChanged("5.1", 10, 20, 200, 201, 300, 301);
        assertChanged("5.3");
        buffer.freeze();
        assertChanged("5.2", 10, 20);
        insert(buffer, 15);
        assertChanged("5.2", 10, 20);
        assertChanged("5.3", 15, 16);
        assertChanged("6.0", 15, 16);
        buffer.installed(6, SeriesRoot.EMPTY);
        assertChanged("5.2", 10, 20);
        buffer.dropUncommitted(new TimeRange(0, 50));
        assertChanged("6.1", 0, 50);
        BufferedStream.delete(buffer, new TimeRange(50, 60));
        assertThat(buffer.version()).isEqualTo(new Version(8, 0));
        assertChanged("7.0", 50, 60);
        assertChanged("6.2", 50, 60);
    }

    @Test
    void rangesAreRoundedOutwardAndJoined() {
        insert(buffer, 3, 4, 9, 1000);
        assertThat(changed(buffer, "5.0", 2)).contains(List.of(new TimeRange(0, 12), new TimeRange(1000, 1004)));
        assertThat(changed(buffer, "5.0", 62)).contains(List.of(TimeRange.ALL));
    }

    @Test
    void versionsThatNeverWereAreRefused() {
        insert(buffer, 1);
        insert(buffer, 2);
        buffer.freeze();
        assertThatThrownBy(() -> changed(buffer, "6.1", 0)).isInstanceOf(Refused.class).hasMessageContaining("later");
        assertThatThrownBy(() -> changed(buffer, "5.3", 0))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("never was");
        assertThat(changed(buffer, "4.0", 0)).as("before the buffer was opened").isEmpty();
    }

    @Test
    void aBatchIsCutWhereItsGapsAreLarge() {
        long[] times = new long[3000];
        for (int i = 0; i < times.length; i++) {
            times[i] = i * 10L + i / 1000 * 1_000_000;
        }
        insert(buffer, times);
        assertChanged("5.0", 0, 9991, 1_010_000, 1_019_991, 2_020_000, 2_029_991);
    }

    @Test
    void aBatchOfManyClustersIsCutAtItsLargestGaps() {
        long[] times = new long[4000];
        long time = Times.MIN;
        for (int i = 0; i < times.length; i++) {
            times[i] = time;
            time += (i + 1) % 20 == 0 ? 1_000_000_000_000L + i : 1;
        }
        insert(buffer, times);
        List<TimeRange> ranges = changed(buffer, "5.0", 0).orElseThrow();
        assertThat(ranges).hasSize(BatchRanges.RANGE_COUNT_MAX);
        assertThat(ranges.getLast()).isEqualTo(new TimeRange(times[3980], times[3999] + 1));
        assertThat(ranges.getFirst().from()).isEqualTo(Times.MIN);
    }

    @Test
    void theOldestCommitsAreForgottenWholeWhenAStreamsBudgetIsUsedUp() {
        buffer.close();
        pqm = withHistory(256, 1 << 20);
        buffer = pqm.open(new StreamId(1, 1), 0, SeriesRoot.EMPTY);
        for (int major = 1; major <= 20; major++) {
            insert(buffer, major);
            buffer.freeze();
        }
        assertThat(changed(buffer, "0.0", 0)).as("nothing is built, so nothing is forgotten").isPresent();
        for (int major = 1; major <= 20; major++) {
            buffer.installed(major, SeriesRoot.EMPTY);
        }
        assertThat(changed(buffer, "15.0", 0)).isEmpty();
        assertThat(changed(buffer, "16.0", 0).orElseThrow()).containsExactly(new TimeRange(17, 21));
        assertThat(pqm.statistics().historyBytes()).isEqualTo(256);
    }

    @Test
    void theOldestCommitOfAnyStreamIsForgottenWhenAllTogetherAreTooMany() {
        buffer.close();
        pqm = withHistory(1 << 20, 256);
        buffer = pqm.open(new StreamId(1, 1), 0, SeriesRoot.EMPTY);
        try (StreamBuffer other = pqm.open(new StreamId(1, 2), 0, SeriesRoot.EMPTY)) {
            for (int major = 1; major <= 3; major++) {
                for (StreamBuffer each : List.of(buffer, other)) {
                    insert(each, major);
                    each.freeze();
                    each.installed(major, SeriesRoot.EMPTY);
                }
            }
            for (StreamBuffer each : List.of(buffer, other)) {
                assertThat(changed(each, "0.0", 0)).isEmpty();
                assertThat(changed(each, "1.0", 0)).isPresent();
            }
        }
        assertThat(pqm.statistics().historyBytes()).isEqualTo(128);
    }

    @Test
    void replacingTheSameStretchOverAndOverKeepsTheHistoryShort() {
        TimeRange stretch = new TimeRange(0, 1000);
        try (PointBatch batch = new PointBatch(1)) {
            batch.append(5, 5);
            for (int i = 0; i < 100_000; i++) {
                buffer.replace(stretch, batch.columns());
            }
        }
        assertThat(pqm.statistics().heldBytes()).isLessThan(4096);
        assertChanged("5.99999", 0, 1000);
        assertChanged("5.100000");
    }

    @Test
    void everyTouchedTimeIsReportedAndNothingElseForSmallBatches() {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("ChangeHistoryTest: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        TreeMap<Version, List<TimeRange>> touched = new TreeMap<>();
        for (int step = 0; step < 400; step++) {
            List<TimeRange> ranges = new ArrayList<>();
            long from = random.nextInt(500);
            TimeRange range = new TimeRange(from, from + 1 + random.nextInt(20));
            switch (random.nextInt(6)) {
                case 0 -> buffer.erase(range);
                case 1 -> buffer.dropUncommitted(range);
                case 2 -> {
                    buffer.freeze();
                    continue;
                }
                default -> {
                    long[] times = random.longs(1 + random.nextInt(16), 0, 500).toArray();
                    insert(buffer, times);
                    for (long time : times) {
                        ranges.add(new TimeRange(time, time + 1));
                    }
                }
            }
            touched.put(buffer.version(), ranges.isEmpty() ? List.of(range) : ranges);
            Version since = new ArrayList<>(touched.keySet()).get(random.nextInt(touched.size()));
            TreeSet<Long> wanted = new TreeSet<>();
            touched.tailMap(since, false).values().forEach(list -> list.forEach(r -> addTimes(wanted, r)));
            TreeSet<Long> reported = new TreeSet<>();
            changed(buffer, since.toString(), 0).orElseThrow().forEach(r -> addTimes(reported, r));
            assertThat(reported).as("seed %d, step %d, since %s", seed, step, since).isEqualTo(wanted);
        }
    }

    private static void addTimes(TreeSet<Long> times, TimeRange range) {
        for (long time = range.from(); time < range.until(); time++) {
            times.add(time);
        }
    }
}
