package io.distil.daemon.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.daemon.quickstart.Series.Point;
import io.distil.daemon.quickstart.Series.Window;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The direct computation against numbers worked out by hand, and the comparison against answers that are wrong.
class ChecksTest {
    private static final Series SERIES =
            new Series(
                    "s",
                    List.of(new Point(30, 4), new Point(11, 1), new Point(10, 2), new Point(11, 3), new Point(45, -1)));

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Checks checks = new Checks(new PrintStream(said, true, StandardCharsets.UTF_8));

    @Test
    void windowsBeginAtMultiplesOfTheirWidthAndEmptyOnesAreThere() {
        List<Window> windows = SERIES.windows(10);
        assertThat(windows).hasSize(4);
        assertThat(windows.get(0)).isEqualTo(new Window(10, 3, 1, 2, 3, Math.sqrt(2.0 / 3)));
        assertThat(windows.get(1)).isEqualTo(new Window(20, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
        assertThat(windows.get(2)).isEqualTo(new Window(30, 1, 4, 4, 4, 0));
        assertThat(windows.get(3)).isEqualTo(new Window(40, 1, -1, -1, -1, 0));
    }

    @Test
    void aMovingWindowHoldsItsOwnTimeAndNotTheOneAWidthEarlier() {
        assertThat(SERIES.movingStatistics(19))
                .containsExactly(
                        new Window(10, 1, 2, 2, 2, 0),
                        new Window(11, 3, 1, 2, 3, Math.sqrt(2.0 / 3)),
                        new Window(30, 1, 4, 4, 4, 0),
                        new Window(45, 2, -1, 1.5, 4, 2.5));
    }

    @Test
    void aCorrectionTakesAwayEverythingAtItsTime() {
        assertThat(SERIES.corrected(List.of(new Point(11, 7), new Point(12, 8))).points())
                .containsExactly(
                        new Point(10, 2), new Point(11, 7), new Point(12, 8), new Point(30, 4), new Point(45, -1));
    }

    @Test
    void rightAnswersPass() {
        checks.points("s", SERIES.points(), SERIES.points());
        checks.windows("s", SERIES.windows(10), SERIES.windows(10));
        Window right = SERIES.windows(10).getFirst();
        checks.windows("s", List.of(right), List.of(withMean(right, right.mean() * (1 + 1e-10))));
        assertThat(checks.differenceCount()).isZero();
        assertThat(checks.comparedCount()).isGreaterThan(30);
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aMissingPointAndAValueOneBitOffAreNamed() {
        checks.points("a", SERIES.points(), SERIES.points().subList(0, 4));
        Series off = SERIES.corrected(List.of(new Point(30, Math.nextUp(4.0))));
        checks.points("b", SERIES.points(), off.points());
        assertThat(checks.differenceCount()).isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("quickstart: a: number of points is 4, the file says 5")
                .contains("quickstart: b, point 3 at 1970-01-01T00:00:00.000000030Z: value is 4.000000000000001");
    }

    @Test
    void pointsOutOfOrderAreADifference() {
        checks.points("a", SERIES.points(), SERIES.points().reversed());
        assertThat(checks.differenceCount()).isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("a: points come in time order does not hold");
    }

    @Test
    void eachFieldOfAWindowCounts() {
        Window w = SERIES.windows(10).getFirst();
        List<Window> wrong =
                List.of(
                        new Window(w.start() + 1, w.count(), w.min(), w.mean(), w.max(), w.stddev()),
                        new Window(w.start(), w.count() - 1, w.min(), w.mean(), w.max(), w.stddev()),
                        new Window(w.start(), w.count(), Math.nextUp(w.min()), w.mean(), w.max(), w.stddev()),
                        withMean(w, w.mean() * (1 + 1e-8)),
                        withMean(w, Double.NaN),
                        new Window(w.start(), w.count(), w.min(), w.mean(), Math.nextUp(w.max()), w.stddev()),
                        new Window(w.start(), w.count(), w.min(), w.mean(), w.max(), w.stddev() * (1 + 1e-8)));
        for (int i = 0; i < wrong.size(); i++) {
            checks.windows("w", List.of(w), List.of(wrong.get(i)));
            assertThat(checks.differenceCount()).isEqualTo(i + 1);
        }
    }

    @Test
    void afterTenDifferencesTheRestIsOnlyCounted() {
        for (int i = 0; i < 25; i++) {
            checks.same("answer " + i, 1, 2);
        }
        assertThat(checks.differenceCount()).isEqualTo(25);
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .hasSize(11)
                .last()
                .asString()
                .contains("only counted");
    }

    private static Window withMean(Window w, double mean) {
        return new Window(w.start(), w.count(), w.min(), mean, w.max(), w.stddev());
    }
}
