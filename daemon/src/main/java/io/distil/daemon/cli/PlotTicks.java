package io.distil.daemon.cli;

import io.distil.base.TimeRange;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/// Where the axes of a plot are labelled: at round values and at round times.
final class PlotTicks {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /// Steps people count in, from a second on; below, one, two and five times a power of ten.
    private static final long[] TIME_STEPS = {
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        14 * DAY
    };

    /// Beyond that, whole months.
    private static final int[] MONTH_STEPS = {1, 2, 3, 6, 12, 24, 60, 120, 240};

    private static final long MONTH_NANOS_MAX = 31 * DAY;

    private static final int COLUMNS_PER_LABEL = 18;
    private static final int DATE_CHARS = 10;
    private static final int MINUTE_CHARS = 5;

    private PlotTicks() {}

    /// One, two or five times a power of ten, so that about `count` steps fill the span.
    static double valueStep(double span, int count) {
        double least = Math.min(span, Double.MAX_VALUE) / count;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double factor = least / power;
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }

    /// The label of a row that spans `(low, high]`: the multiple of `step` in it, or empty text.
    static String valueLabel(double low, double high, double step) {
        // A multiple that rounding pushed just over the edge is still meant.
        double multiple = Math.floor(high / step * (1 + Math.signum(high) * Math.ulp(4.0))) * step;
        if (!(multiple > low) || Double.isInfinite(multiple)) {
            return "";
        }
        BigDecimal exact = new BigDecimal(multiple);
        int scale = -(int) Math.floor(Math.log10(step));
        BigDecimal rounded =
                scale >= 0
                        ? exact.setScale(Math.min(scale, 20), RoundingMode.HALF_EVEN)
                        : exact.round(new MathContext(6));
        String plain = rounded.toPlainString();
        return plain.length() <= 9 ? plain : NumberText.sixDigits(multiple);
    }

    /// Appends the axis and its labels, two lines. A label gives the date only where it is another than the label before.
    ///
    /// @param margin what stands before the axis
    static void timeAxis(StringBuilder out, TimeRange range, int columns, String margin) {
        long span = range.until() - range.from();
        StringBuilder axis = new StringBuilder("─".repeat(columns));
        StringBuilder labels = new StringBuilder(" ".repeat(columns));
        int freeFrom = 0;
        String dateBefore = "";
        for (long tick : timeTicks(range, Math.max(1, columns / COLUMNS_PER_LABEL))) {
            int column = (int) ((double) (tick - range.from()) / span * columns);
            String date = TimeText.format(tick).substring(0, DATE_CHARS);
            String label = timeLabel(tick, !date.equals(dateBefore));
            if (column >= freeFrom && column + label.length() <= columns) {
                axis.setCharAt(column, '┬');
                labels.replace(column, column + label.length(), label);
                freeFrom = column + label.length() + 1;
                dateBefore = date;
            }
        }
        if (freeFrom == 0) {
            String label = TimeText.format(range.from());
            labels.replace(0, Math.min(columns, label.length()), label);
            axis.setCharAt(0, '┬');
        }
        out.append(margin).append('└').append(axis).append('\n');
        out.append(margin).append(' ').append(labels.substring(0, columns).stripTrailing()).append('\n');
    }

    /// Round times of the range, about `count` of them.
    static List<Long> timeTicks(TimeRange range, int count) {
        List<Long> ticks = new ArrayList<>();
        long least = Math.max(1, (range.until() - range.from()) / count);
        long step = timeStep(least);
        if (step > 0) {
            for (long t = range.from() + Math.floorMod(-range.from(), step); t < range.until(); t += step) {
                ticks.add(t);
            }
            return ticks;
        }
        int months = MONTH_STEPS[MONTH_STEPS.length - 1];
        for (int i = MONTH_STEPS.length - 1; i >= 0 && MONTH_STEPS[i] * MONTH_NANOS_MAX >= least; i--) {
            months = MONTH_STEPS[i];
        }
        long dayFrom = Math.floorDiv(range.from(), DAY);
        LocalDate month = LocalDate.ofEpochDay(dayFrom).withDayOfMonth(1);
        month = month.minusMonths(Math.floorMod(month.getYear() * 12 + month.getMonthValue() - 1, months));
        for (; month.toEpochDay() * DAY < range.until(); month = month.plusMonths(months)) {
            if (month.toEpochDay() * DAY >= range.from()) {
                ticks.add(month.toEpochDay() * DAY);
            }
        }
        return ticks;
    }

    /// The step that is at least so long, or 0 where months are wanted.
    private static long timeStep(long least) {
        for (long power = 1; power < SECOND; power *= 10) {
            for (long factor : new long[] {1, 2, 5}) {
                if (power * factor >= least) {
                    return power * factor;
                }
            }
        }
        for (long step : TIME_STEPS) {
            if (step >= least) {
                return step;
            }
        }
        return 0;
    }

    private static String timeLabel(long time, boolean withDate) {
        String iso = TimeText.format(time).replace("Z", "");
        String date = iso.substring(0, DATE_CHARS);
        String ofDay = iso.substring(DATE_CHARS + 1);
        if (Math.floorMod(time, DAY) == 0) {
            return date;
        }
        String shown = Math.floorMod(time, MINUTE) == 0 ? ofDay.substring(0, MINUTE_CHARS) : ofDay;
        return withDate ? date + " " + shown : shown;
    }
}
