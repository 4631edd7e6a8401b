package io.distil.distillates;

import io.distil.base.TimeRange;
import io.distil.base.api.Point;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Computations over plain lists of points: the one-shot answer that everything incremental is compared with.
public final class PointLists {
    private record Listed(List<Point> points) implements InputPoints {
        @Override
        public int count() {
            return points.size();
        }

        @Override
        public long time(int index) {
            return points.get(index).time();
        }

        @Override
        public double value(int index) {
            return points.get(index).value();
        }
    }

    private PointLists() {}

    /// The outputs over a range, one list each.
    public static List<List<Point>> compute(
            Computation computation, List<List<Point>> inputs, TimeRange range, int outputCount) {
        List<List<Point>> outputs = new ArrayList<>();
        for (int i = 0; i < outputCount; i++) {
            outputs.add(new ArrayList<>());
        }
        computation.compute(
                inputs.stream().map(Listed::new).toList(),
                range,
                (output, time, value) -> outputs.get(output).add(new Point(time, value)));
        return outputs;
    }

    /// Points in time order around zero, some at equal times.
    public static List<Point> walk(Random random, int count, int stepMax, double scale) {
        List<Point> points = new ArrayList<>();
        long time = -random.nextInt(2000);
        for (int i = 0; i < count; i++) {
            time += random.nextInt(stepMax + 1);
            points.add(new Point(time, random.nextGaussian() * scale));
        }
        return points;
    }

    /// A generator whose seed is printed, and given by `-Ddistil.seed=N` to replay.
    public static Random random(String what) {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("distillates, " + what + ": -Ddistil.seed=" + seed);
        return new Random(seed);
    }
}
