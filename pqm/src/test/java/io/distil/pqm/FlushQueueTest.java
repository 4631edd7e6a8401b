package io.distil.pqm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
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

final class FlushQueueTest {
    private static final int FLUSH_POINTS = 100;
    private static final long FLUSH_AGE_NANOS = 1000;
    private static final long BUDGET_BYTES = 100_000;

    private final Leaks leaks = new Leaks();
    private final HandClock clock = new HandClock();
    private Pqm pqm = withWater(BUDGET_BYTES / 2, BUDGET_BYTES / 4);
    private final List<StreamBuffer> buffers = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        buffers.forEach(StreamBuffer::close);
        assertThat(pqm.statistics().queuedBytes()).isZero();
        assertThat(pqm.statistics().queuedStreamCount()).isZero();
        leaks.assertNone();
    }

    private Pqm withWater(long high, long low) {
        return new Pqm(new PqmOptions(FLUSH_POINTS, FLUSH_AGE_NANOS, BUDGET_BYTES, high, low, 0, 0), clock);
    }

    private StreamBuffer stream(int pointCount) {
        StreamBuffer buffer = pqm.open(new StreamId(0, buffers.size()), 0, SeriesRoot.EMPTY);
        buffers.add(buffer);
        add(buffer, pointCount);
        return buffer;
    }

    private static void add(StreamBuffer buffer, int pointCount) {
        try (PointBatch batch = new PointBatch(Math.max(1, pointCount))) {
            for (int i = 0; i < pointCount; i++) {
                batch.append(i, i);
            }
            buffer.insert(batch.columns(), MergePolicy.NEVER);
        }
    }

    private Optional<StreamBuffer> next() {
        return pqm.flushQueue().nextToFlush(clock.nowNanos);
    }

    @Test
    void nothingIsFlushedBeforeItsTime() {
        stream(FLUSH_POINTS - 1);
        stream(0);
        clock.nowNanos = FLUSH_AGE_NANOS - 1;
        assertThat(next()).isEmpty();
    }

    @Test
    void tooLargeComesBeforeTooOldAndTheLargestFirst() {
        StreamBuffer old = stream(1);
        clock.nowNanos = 5;
        StreamBuffer older = stream(1);
        StreamBuffer large = stream(FLUSH_POINTS);
        StreamBuffer larger = stream(FLUSH_POINTS + 1);
        clock.nowNanos = 5 + FLUSH_AGE_NANOS;
        assertThat(next()).contains(larger);
        assertThat(next()).contains(large);
        assertThat(next()).contains(old);
        assertThat(next()).contains(older);
        assertThat(next()).isEmpty();
    }

    @Test
    void underPressureTheLargestGoUntilLowWater() {
        pqm = withWater(6000, 4000);
        StreamBuffer small = stream(20);
        assertThat(next()).isEmpty();
        StreamBuffer large = stream(90);
        StreamBuffer middle = stream(60);
        assertThat(pqm.statistics().queuedBytes()).isBetween(4001L, 6000L);
        assertThat(next()).as("above low water, and never above high water").isEmpty();
        StreamBuffer fourth = stream(50);
        assertThat(pqm.statistics().queuedBytes()).isGreaterThan(6000);
        assertThat(next()).contains(large);
        assertThat(pqm.statistics().queuedBytes()).isLessThan(6000);
        while (pqm.statistics().queuedBytes() > 4000) {
            assertThat(next()).isPresent();
        }
        assertThat(next()).isEmpty();
        assertThat(List.of(small, middle, fourth)).anyMatch(s -> s.heapIndexes[0] >= 0);
    }

    @Test
    void aStreamIsAskedForOnceUntilItsFlushIsAppliedOrGivenUp() {
        StreamBuffer large = stream(FLUSH_POINTS);
        assertThat(next()).contains(large);
        add(large, 10);
        assertThat(next()).isEmpty();
        pqm.flushQueue().notFlushed(large);
        assertThat(next()).contains(large);
        large.freeze();
        assertThat(next()).isEmpty();
        add(large, FLUSH_POINTS);
        assertThat(next()).contains(large);
        pqm.flushQueue().notFlushed(large);
        large.freeze();
        assertThat(next()).isEmpty();
    }

    @Test
    void ageCountsFromTheFirstMutationAfterAFlush() {
        StreamBuffer buffer = stream(1);
        clock.nowNanos = 500;
        buffer.freeze();
        add(buffer, 1);
        clock.nowNanos = 600;
        add(buffer, 1);
        clock.nowNanos = 499 + FLUSH_AGE_NANOS;
        assertThat(next()).isEmpty();
        clock.nowNanos = 500 + FLUSH_AGE_NANOS;
        assertThat(next()).contains(buffer);
    }

    @Test
    void changeRecordsAloneMakeAStreamLarge() {
        StreamBuffer buffer = stream(0);
        for (int i = 0; i < 3 * FLUSH_POINTS; i++) {
            buffer.dropUncommitted(new TimeRange(2 * i, 2 * i + 1));
        }
        assertThat(next()).contains(buffer);
    }

    @Test
    void theBudgetIsFullUntilCommitsAreBuiltAndReadersAreDone() {
        pqm = withWater(BUDGET_BYTES - 2, BUDGET_BYTES - 3);
        StreamBuffer buffer = stream(0);
        while (!pqm.isFull()) {
            add(buffer, 500);
        }
        buffer.freeze();
        assertThat(pqm.isFull()).as("frozen, and not built").isTrue();
        try (StreamView view = buffer.acquire()) {
            buffer.installed(1, SeriesRoot.EMPTY);
            assertThat(view.overlay().isEmpty(0, 1)).isFalse();
            assertThat(pqm.isFull()).as("built, and still read").isTrue();
        }
        assertThat(pqm.isFull()).isFalse();
        assertThat(pqm.statistics().heldBytes()).isZero();
    }

    @Test
    void theOrderIsThatOfAPlainSortWhateverCameBefore() {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("FlushQueueTest: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        pqm = new Pqm(new PqmOptions(1, 1, Long.MAX_VALUE, 0, 0, 0, 0), clock);
        for (int i = 0; i < 200; i++) {
            stream(random.nextInt(3));
        }
        for (int i = 0; i < 2000; i++) {
            clock.nowNanos++;
            StreamBuffer buffer = buffers.get(random.nextInt(buffers.size()));
            switch (random.nextInt(4)) {
                case 0 -> buffer.freeze();
                case 1 -> pqm.flushQueue().notFlushed(buffer);
                case 2 -> next();
                default -> add(buffer, random.nextInt(20));
            }
        }
        List<StreamBuffer> wanted = new ArrayList<>();
        for (StreamBuffer buffer : buffers) {
            if (buffer.hasBuffered() && !buffer.flushProposed) {
                wanted.add(buffer);
            }
        }
        assertThat(pqm.statistics().queuedStreamCount()).isEqualTo(wanted.size());
        assertThat(pqm.statistics().queuedBytes())
                .isEqualTo(wanted.stream().mapToLong(StreamBuffer::bufferedBytes).sum());
        wanted.sort((a, b) ->
                a.bufferedSize() != b.bufferedSize()
                        ? b.bufferedSize() - a.bufferedSize()
                        : a.bufferedSinceNanos != b.bufferedSinceNanos
                                ? Long.compare(a.bufferedSinceNanos, b.bufferedSinceNanos)
                                : a.id().compareTo(b.id()));
        for (StreamBuffer buffer : wanted) {
            assertThat(next()).contains(buffer);
        }
        assertThat(next()).isEmpty();
    }

    @Test
    void impossibleOptionsAreRefusedByName() {
        assertThatThrownBy(() -> new PqmOptions(0, 1, 10, 5, 5, 0, 0))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("flushPointsMax is 0");
        assertThatThrownBy(() -> new PqmOptions(1, 1, 10, 10, 5, 0, 0))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("bufferBytesMax is 10, not more than bufferBytesHigh");
    }
}
