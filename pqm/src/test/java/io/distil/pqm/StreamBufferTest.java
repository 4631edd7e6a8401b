package io.distil.pqm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.ring.Leaks;
import io.distil.storage.tree.Overlay;
import io.distil.storage.tree.SeriesRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.Random;

final class StreamBufferTest {
    private final Leaks leaks = new Leaks();
    private final Pqm pqm = new Pqm(PqmOptions.withBudget(1 << 30), NanoClock.SYSTEM);
    private final StreamBuffer buffer = pqm.open(new StreamId(3, 4), 2, SeriesRoot.EMPTY);

    @AfterEach
    void nothingIsLeft() {
        buffer.close();
        leaks.assertNone();
    }

    private Version insert(MergePolicy policy, long... times) {
        try (PointBatch batch = new PointBatch(Math.max(1, times.length))) {
            for (long time : times) {
                batch.append(time, time);
            }
            return buffer.insert(batch.columns(), policy);
        }
    }

    private static int pointCount(StreamView view) {
        LeafPoints out = new LeafPoints(16);
        view.overlay().resolve(new LeafPoints(0), Times.MIN, Times.LIMIT, Integer.MAX_VALUE, out);
        return out.count();
    }

    private int pointCount() {
        try (StreamView view = buffer.acquire()) {
            return pointCount(view);
        }
    }

    private void assertVersion(Version found, long major, long minor) {
        assertThat(found).isEqualTo(new Version(major, minor));
        assertThat(buffer.version()).isEqualTo(found);
    }

    @Test
    void eachMutationRaisesMinorAndEachCommitRaisesMajor() {
        assertVersion(buffer.version(), 2, 0);
        assertVersion(insert(MergePolicy.NEVER), 2, 0);
        assertVersion(insert(MergePolicy.NEVER, 1, 2, 3), 2, 1);
        assertVersion(insert(MergePolicy.RETAIN, 1), 2, 2);
        assertVersion(buffer.erase(new TimeRange(7, 8)), 2, 3);
        assertVersion(buffer.dropUncommitted(new TimeRange(70, 80)), 2, 4);
        assertVersion(buffer.freeze(), 3, 0);
        assertVersion(buffer.freeze(), 3, 0);
        assertVersion(BufferedStream.delete(buffer, new TimeRange(0, 1)), 4, 0);
        assertVersion(insert(MergePolicy.NEVER, 1), 4, 1);
        assertVersion(BufferedStream.delete(buffer, new TimeRange(0, 1)), 6, 0);
    }

    @Test
    void whatWasWrittenAheadGoesByADropAndAfterwardsByADelete() {
        TimeRange range = new TimeRange(0, 10);
        insert(MergePolicy.NEVER, 1, 2, 20);
        insert(MergePolicy.NEVER, 3);
        assertThat(pointCount()).isEqualTo(4);
        assertVersion(buffer.dropUncommitted(range), 2, 3);
        assertThat(pointCount()).as("what is buffered in the range goes, without a commit").isEqualTo(1);
        insert(MergePolicy.NEVER, 5);
        assertVersion(BufferedStream.delete(buffer, range), 4, 0);
        assertThat(pointCount()).isEqualTo(1);
        try (StreamView before = buffer.acquireMajor(3).orElseThrow()) {
            assertThat(pointCount(before)).as("the commit before the removal has the point").isEqualTo(2);
        }
    }

    @Test
    void droppingWhatIsBufferedShowsCommittedPointsAgain() {
        insert(MergePolicy.NEVER, 1, 2, 3);
        buffer.freeze();
        buffer.erase(new TimeRange(0, 10));
        insert(MergePolicy.NEVER, 5);
        assertThat(pointCount()).isEqualTo(1);
        buffer.dropUncommitted(new TimeRange(0, 3));
        assertThat(pointCount()).as("1 and 2 are back; 3 stays erased; 5 was not in the range").isEqualTo(3);
    }

    @Test
    void frozenCommitsAreBuiltInOrderEachOverTheOneBefore() {
        insert(MergePolicy.NEVER, 1);
        buffer.freeze();
        insert(MergePolicy.NEVER, 2, 3);
        buffer.freeze();
        assertThatThrownBy(() -> buffer.installed(4, SeriesRoot.EMPTY)).isInstanceOf(BrokenInvariant.class);
        for (int major = 3; major <= 4; major++) {
            try (StreamView next = buffer.acquireNextToBuild().orElseThrow()) {
                assertThat(next.version()).isEqualTo(new Version(major, 0));
                assertThat(next.builtMajor()).isEqualTo(major - 1);
                assertThat(pointCount(next)).isEqualTo(major - 2);
            }
            buffer.installed(major, SeriesRoot.EMPTY);
        }
        assertThat(buffer.acquireNextToBuild()).isEmpty();
        assertThat(buffer.acquireMajor(3)).as("built long ago: the store has its root").isEmpty();
        assertThat(buffer.acquireMajor(5)).as("not there yet").isEmpty();
        try (StreamView built = buffer.acquireMajor(4).orElseThrow()) {
            assertThat(built.overlay()).isSameAs(Overlay.NONE);
        }
        assertThatThrownBy(() -> buffer.installed(5, SeriesRoot.EMPTY)).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void replacedPointsMustLieInTheirRange() {
        try (PointBatch batch = new PointBatch(1)) {
            batch.append(10, 1);
            assertThatThrownBy(() -> buffer.replace(new TimeRange(0, 10), batch.columns()))
                    .isInstanceOf(BrokenInvariant.class)
                    .hasMessageContaining("[0, 10)");
        }
        assertVersion(buffer.version(), 2, 0);
        insert(MergePolicy.NEVER, 4);
        assertThat(pointCount()).isEqualTo(1);
    }

    @Test
    void aClosedBufferIsRefusedAndItsReadersGoOn() {
        insert(MergePolicy.NEVER, 1, 2);
        StreamView view = buffer.acquire();
        buffer.close();
        assertThatThrownBy(buffer::acquire).isInstanceOf(Refused.class).hasMessageContaining("closed");
        assertThat(pointCount(view)).isEqualTo(2);
        view.close();
        view.close();
        assertThatThrownBy(view::overlay).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void anUnheldViewLeavesPoisonAndSaysSo() {
        insert(MergePolicy.NEVER, 1, 2);
        StreamView view = buffer.acquire();
        Overlay kept = view.overlay();
        view.close();
        insert(MergePolicy.REPLACE, 1);
        buffer.erase(TimeRange.ALL);
        assertThat(OffHeap.DEEP_CHECKS).isTrue();
        assertThatThrownBy(() -> kept.nextTime(Times.MIN, Times.LIMIT))
                .isInstanceOf(BrokenInvariant.class)
                .hasMessageContaining("freed");
    }

    @Test
    void oneValueReplacedAgainAndAgainNeedsLittleMemory() {
        try (PointBatch batch = new PointBatch(1)) {
            for (int i = 0; i < 200_000; i++) {
                batch.clear();
                batch.append(7, i);
                buffer.insert(batch.columns(), MergePolicy.REPLACE);
            }
        }
        assertThat(OffHeap.bytes(MemoryOwner.PQM)).isLessThan(10_000);
        assertThat(pointCount()).isEqualTo(1);
    }

    @Test
    void runsStayFewWhateverTheOrderOfTimes() {
        Random random = new Random(1);
        int runCountMax = 0;
        for (int i = 0; i < 20_000; i++) {
            insert(MergePolicy.NEVER, random.nextInt(1_000_000), random.nextInt(1_000_000));
            if (i % 50 == 0) {
                long from = random.nextInt(1_000_000);
                buffer.replace(new TimeRange(from, from + 10), emptyColumns());
            }
            try (StreamView view = buffer.acquire()) {
                runCountMax = Math.max(runCountMax, ((BufferOverlay) view.overlay()).runCount());
            }
        }
        assertThat(runCountMax).isBetween(2, 16);
        assertThat(pointCount()).isBetween(39_900, 40_000);
    }

    private static io.distil.base.api.PointColumns emptyColumns() {
        try (PointBatch batch = new PointBatch(1)) {
            return batch.columns();
        }
    }

    @Test
    void theHeapStaysFlatWhileMillionsOfPointsAreBuffered() {
        long clock = 0;
        Random random = new Random(2);
        try (PointBatch batch = new PointBatch(10_000)) {
            long heapBefore = usedHeap();
            for (int i = 0; i < 300; i++) {
                batch.clear();
                while (!batch.isFull()) {
                    clock += random.nextInt(1000);
                    batch.append(i % 3 == 0 ? clock - random.nextInt(100_000) : clock, i);
                }
                buffer.insert(batch.columns(), MergePolicy.ofNumber(i % 4));
            }
            assertThat(OffHeap.bytes(MemoryOwner.PQM)).isGreaterThan(2_500_000L * RunColumns.ROW_BYTES);
            assertThat(usedHeap() - heapBefore).isLessThan(2 << 20);
        }
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
