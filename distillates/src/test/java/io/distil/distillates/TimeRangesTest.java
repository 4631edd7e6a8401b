package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.TimeRange;
import io.distil.base.Times;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

class TimeRangesTest {
    @Test
    void setsBehaveLikeBits() {
        Random random = PointLists.random("sets of times");
        for (int round = 0; round < 2000; round++) {
            List<TimeRange> ranges = new ArrayList<>();
            BitSet bits = new BitSet();
            for (int i = random.nextInt(12); i > 0; i--) {
                int from = random.nextInt(100);
                int until = from + 1 + random.nextInt(10);
                ranges.add(new TimeRange(from, until));
                bits.set(from, until);
            }
            List<TimeRange> union = TimeRange.union(ranges);
            assertThat(bits(union)).isEqualTo(bits);
            for (int i = 1; i < union.size(); i++) {
                assertThat(union.get(i).from()).isGreaterThan(union.get(i - 1).until());
            }
            int cut = random.nextInt(120);
            BitSet rest = (BitSet) bits.clone();
            rest.clear(0, cut);
            assertThat(bits(TimeRanges.from(union, cut))).isEqualTo(rest);

            int countMax = 2 + random.nextInt(4);
            List<TimeRange> coarse = TimeRange.coarsen(union, countMax);
            assertThat(coarse).hasSize(Math.min(union.size(), countMax));
            BitSet missing = (BitSet) bits.clone();
            missing.andNot(bits(coarse));
            assertThat(missing.isEmpty()).isTrue();
        }
    }

    @Test
    void growingStopsAtTheLegalTimes() {
        assertThat(TimeRanges.grow(new TimeRange(100, 200), 10, 20)).isEqualTo(new TimeRange(90, 220));
        assertThat(TimeRanges.grow(TimeRange.ALL, Widths.NANOS_MAX, Widths.NANOS_MAX)).isEqualTo(TimeRange.ALL);
        assertThat(TimeRanges.grow(new TimeRange(Times.LIMIT - 1, Times.LIMIT), 1, Widths.NANOS_MAX))
                .isEqualTo(new TimeRange(Times.LIMIT - 2, Times.LIMIT));
    }

    private static BitSet bits(List<TimeRange> set) {
        BitSet bits = new BitSet();
        set.forEach(range -> bits.set((int) range.from(), (int) range.until()));
        return bits;
    }
}
