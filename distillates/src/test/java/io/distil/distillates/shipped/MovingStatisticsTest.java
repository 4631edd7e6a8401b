package io.distil.distillates.shipped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.Point;
import io.distil.distillates.Computation;
import io.distil.distillates.Parameters;
import io.distil.distillates.PointLists;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

class MovingStatisticsTest {
    private static Computation moving(Object window) {
        return new MovingStatistics().prepare(new Parameters(Map.of("window", window)), 1);
    }

    @Test
    void theWindowHoldsItsEndAndNotItsBeginning() {
        List<Point> points = List.of(new Point(0, 1), new Point(9, 3), new Point(10, 5), new Point(19, 7));
        List<List<Point>> outputs = PointLists.compute(moving(10L), List.of(points), TimeRange.ALL, 2);
        assertThat(outputs.get(0))
                .containsExactly(new Point(0, 1), new Point(9, 2), new Point(10, 4), new Point(19, 6));
        assertThat(outputs.get(1))
                .containsExactly(new Point(0, 0), new Point(9, 1), new Point(10, 1), new Point(19, 1));
    }

    @Test
    void severalPointsAtOneTimeCountEachAndGiveOnePoint() {
        List<Point> points = List.of(new Point(5, 1), new Point(5, 1), new Point(5, 4));
        assertThat(PointLists.compute(moving(1L), List.of(points), TimeRange.ALL, 2))
                .containsExactly(List.of(new Point(5, 2)), List.of(new Point(5, Math.sqrt(2))));
    }

    @Test
    void itAgreesWithATwoPassComputationForEachWindow() {
        Random random = PointLists.random("two passes");
        for (int round = 0; round < 40; round++) {
            List<Point> points = PointLists.walk(random, 300, 1 + random.nextInt(20), 1e6);
            long window = 1 + random.nextLong(400);
            List<List<Point>> outputs = PointLists.compute(moving(window), List.of(points), TimeRange.ALL, 2);
            for (int i = 0; i < outputs.getFirst().size(); i++) {
                long u = outputs.getFirst().get(i).time();
                double[] inside =
                        points.stream()
                                .filter(p -> p.time() > u - window && p.time() <= u)
                                .mapToDouble(Point::value)
                                .toArray();
                double mean = 0;
                for (double value : inside) {
                    mean += value / inside.length;
                }
                double m2 = 0;
                for (double value : inside) {
                    m2 += (value - mean) * (value - mean);
                }
                assertThat(outputs.get(0).get(i).value()).isCloseTo(mean, within(1e-12 * 1e6));
                assertThat(outputs.get(1).get(i).value()).isCloseTo(Math.sqrt(m2 / inside.length), within(1e-9 * 1e6));
            }
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    @Test
    void everyCutGivesTheSameBits() {
        Random random = PointLists.random("cuts");
        for (int round = 0; round < 60; round++) {
            List<Point> points = PointLists.walk(random, 400, 1 + random.nextInt(20), 1e300);
            long window = 1 + random.nextLong(300);
            Computation computation = moving(window);
            List<List<Point>> whole = PointLists.compute(computation, List.of(points), TimeRange.ALL, 2);
            List<List<Point>> pieces = List.of(new ArrayList<>(), new ArrayList<>());
            long from = Times.MIN;
            while (from < Times.LIMIT) {
                long until = from < -20_000 ? -20_000 : from + 1 + random.nextInt(200);
                until = until > 20_000 ? Times.LIMIT : until;
                TimeRange range = new TimeRange(from, until);
                List<Point> margin =
                        points.stream()
                                .filter(p ->
                                        p.time() >= range.from() - computation.leadNanos() && p.time() < range.until())
                                .toList();
                List<List<Point>> piece = PointLists.compute(computation, List.of(margin), range, 2);
                pieces.get(0).addAll(piece.get(0));
                pieces.get(1).addAll(piece.get(1));
                from = until;
            }
            assertThat(pieces).isEqualTo(whole);
        }
    }

    @Test
    void manyNearValuesKeepTheDigitsOfTheirSpread() {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            points.add(new Point(i, 1e9 + i % 2));
        }
        List<List<Point>> outputs = PointLists.compute(moving(100_000L), List.of(points), TimeRange.ALL, 2);
        assertThat(outputs.get(0).getLast().value()).isCloseTo(1e9 + 0.5, within(1e-6));
        assertThat(outputs.get(1).getLast().value()).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void extremeValuesAndTimesGiveFiniteOutputs() {
        List<Point> points =
                List.of(
                        new Point(Times.MIN, Double.MAX_VALUE),
                        new Point(Times.MIN + 1, -Double.MAX_VALUE),
                        new Point(Times.LIMIT - 1, Double.MAX_VALUE));
        for (Object window : List.of(1L, "2^61", 1L << 62)) {
            for (List<Point> output : PointLists.compute(moving(window), List.of(points), TimeRange.ALL, 2)) {
                assertThat(output).hasSize(3).allMatch(p -> Double.isFinite(p.value()));
            }
        }
    }

    @Test
    void wrongParametersAreRefusedByName() {
        assertRefused(Map.of(), 1, "parameters.window: missing");
        assertRefused(Map.of("window", 0L), 1, "parameters.window: 0 ns");
        assertRefused(Map.of("window", -5L), 1, "parameters.window: -5 ns is negative");
        assertRefused(Map.of("window", true), 1, "parameters.window: 'true' is not a length of time");
        assertRefused(Map.of("window", "soon"), 1, "parameters.window: 'soon'");
        assertRefused(Map.of("window", "1h", "widow", 1L), 1, "parameters.widow: unknown; known are window");
        assertRefused(Map.of("window", "1h"), 2, "inputs: 2 given");
    }

    private static void assertRefused(Map<String, Object> parameters, int inputs, String sentence) {
        assertThatThrownBy(() -> new MovingStatistics().prepare(new Parameters(parameters), inputs))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith(sentence);
    }
}
