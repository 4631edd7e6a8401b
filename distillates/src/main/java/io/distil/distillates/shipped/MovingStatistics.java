package io.distil.distillates.shipped;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.TimeRange;
import io.distil.distillates.Algorithm;
import io.distil.distillates.Computation;
import io.distil.distillates.InputPoints;
import io.distil.distillates.OutputSink;
import io.distil.distillates.Parameters;

import java.util.List;

/// `moving-statistics`: at each time u that has an input point, the mean and the population standard deviation of the
/// input points in `(u - window, u]`: the point at u is in, the one exactly a window earlier is out. Several points at
/// one time count each, and give one output point.
///
/// The tempting way keeps running sums, adding the point that enters the window and subtracting the one that leaves.
/// Its rounding errors pile up, and worse, they depend on where the computation started, so two cuts of the same work
/// differ in their last bits. Here time is cut into blocks of exactly one window, at multiples of the window since the
/// epoch. A window that ends at u in block k then is a *suffix* of block k - 1 followed by a *prefix* of block k:
///
/// ```
///           block k - 1           block k
///     |·····(=====suffix====|===prefix===u]·······|
///           u - window      k * window
/// ```
///
/// Prefixes are accumulated from the block's beginning forward, suffixes from the block's end backward, and one
/// combination joins the two: three additions a point, whatever the window holds, and nothing is ever subtracted. Both
/// parts hold points of the window only and the blocks stand at absolute times, so the result at u is a function of the
/// points in its window, bit for bit. (van Herk, "A fast algorithm for local minimum and maximum filters on rectangular
/// and octagonal kernels", 1992, and Gil and Werman, "Computing 2-D min, median, and max filters", 1993, did this for
/// minima over arrays.)
public final class MovingStatistics implements Algorithm {
    private static final int MEAN = 0;
    private static final int STDDEV = 1;

    @Override
    public String name() {
        return "moving-statistics";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public List<String> outputs() {
        return List.of("mean", "stddev");
    }

    @Override
    public Computation prepare(Parameters parameters, int inputCount) {
        long windowNanos = parameters.positiveNanos("window");
        parameters.refuseOthers();
        if (inputCount != 1) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "inputs: " + inputCount + " given; moving-statistics takes exactly one");
        }
        return new Windowed(windowNanos);
    }

    private record Windowed(long windowNanos) implements Computation {
        @Override
        public long leadNanos() {
            return windowNanos;
        }

        @Override
        public long trailingNanos() {
            return 0;
        }

        @Override
        public void compute(List<? extends InputPoints> inputs, TimeRange range, OutputSink sink) {
            InputPoints points = inputs.getFirst();
            Suffixes suffixes = new Suffixes();
            StatisticsAccumulator prefix = new StatisticsAccumulator();
            StatisticsAccumulator window = new StatisticsAccumulator();
            int previousFrom = 0;
            long previousBlock = Long.MIN_VALUE;
            for (int from = 0; from < points.count() && points.time(from) < range.until(); ) {
                long block = Math.floorDiv(points.time(from), windowNanos);
                int until = endOfBlock(points, from, block);
                if (points.time(until - 1) >= range.from()) {
                    suffixes.fill(points, previousBlock == block - 1 ? previousFrom : from, from);
                    emitBlock(points, from, until, range, suffixes, prefix, window, sink);
                }
                previousFrom = from;
                previousBlock = block;
                from = until;
            }
        }

        private int endOfBlock(InputPoints points, int from, long block) {
            long endTime = (block + 1) * windowNanos;
            int until = from + 1;
            while (until < points.count() && points.time(until) < endTime) {
                until++;
            }
            return until;
        }

        /// Emits the outputs of one block, `points[from, until)`, as far as they lie in `range`.
        private void emitBlock(
                InputPoints points,
                int from,
                int until,
                TimeRange range,
                Suffixes suffixes,
                StatisticsAccumulator prefix,
                StatisticsAccumulator window,
                OutputSink sink) {
            prefix.reset();
            int first = suffixes.from;
            for (int i = from; i < until; ) {
                long time = points.time(i);
                while (i < until && points.time(i) == time) {
                    prefix.add(points.value(i++));
                }
                while (first < from && points.time(first) <= time - windowNanos) {
                    first++;
                }
                if (range.contains(time)) {
                    window.reset();
                    suffixes.addTo(window, first);
                    window.addStatistics(prefix.count(), prefix.min(), prefix.mean(), prefix.max(), prefix.m2());
                    sink.emit(MEAN, time, window.mean());
                    sink.emit(STDDEV, time, window.stddev());
                }
            }
        }
    }

    /// For each point of a block, the statistics of that point and all later ones of the block. Columns grow to the
    /// fullest block and are used again.
    private static final class Suffixes {
        private int from;
        private int until;
        private double[] min = new double[0];
        private double[] mean = min;
        private double[] max = min;
        private double[] m2 = min;

        /// Takes the block `points[blockFrom, blockUntil)`.
        void fill(InputPoints points, int blockFrom, int blockUntil) {
            from = blockFrom;
            until = blockUntil;
            grow(until - from);
            StatisticsAccumulator suffix = new StatisticsAccumulator();
            for (int i = until - 1; i >= from; i--) {
                suffix.add(points.value(i));
                min[i - from] = suffix.min();
                mean[i - from] = suffix.mean();
                max[i - from] = suffix.max();
                m2[i - from] = suffix.m2();
            }
        }

        /// Adds the points from `first` to the block's end.
        void addTo(StatisticsAccumulator window, int first) {
            if (first < until) {
                int i = first - from;
                window.addStatistics(until - first, min[i], mean[i], max[i], m2[i]);
            }
        }

        private void grow(int count) {
            if (min.length < count) {
                int capacity = Math.max(count, 2 * min.length);
                min = new double[capacity];
                mean = new double[capacity];
                max = new double[capacity];
                m2 = new double[capacity];
            }
        }
    }
}
