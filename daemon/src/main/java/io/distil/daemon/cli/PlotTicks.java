package io.distil.daemon.cli;

import io.distil.base.TimeRange;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Where the axes of a plot are labelled: at round values and at round times.
final class PlotTicks {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    /// Steps people count in, from a second on; below, one, two and five times a power of ten.
    private static final long[] TIME_STEPS = {
        SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE,
        15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY,
        91 * DAY, 182 * DAY, 364 * DAY, 1820 * DAY, 3640 * DAY
    };

    private static final int COLUMNS_PER_LABEL = 18;
    private static final int DATE_CHARS = 10;
    private static final int MINUTE_CHARS = 16;
    private static final int SECOND_CHARS = 19;

    private PlotTicks() {}

    /// One, two or five times a power of ten, so that about `count` steps fill the span.
    static double valueStep(double span, int count) {
        double least = Math.min(span, Double.MAX_VALUE) / count;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double factor = least / power;
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }

    /// The label of a row that spans `[low, high)`: the multiple of `step` in it, or empty text.
    static String valueLabel(double low, double high, double step) {
        double multiple = Math.ceil(low / step) * step;
        if (!(multiple < high) || Double.isInfinite(multiple)) {
            return "";
        }
        BigDecimal exact = new BigDecimal(multiple);
        int scale = -(int) Math.floor(Math.log10(step));
        BigDecimal rounded = scale >= 0
                ? exact.setScale(Math.min(scale, 20), RoundingMode.HALF_EVEN)
                : exact.round(new MathContext(6));
        String plain = rounded.toPlainString();
        return plain.length() <= 9 ? plain : NumberText.sixDigits(multiple);
    }

    /// Appends the axis and its labels, two lines.
    ///
    /// @param margin what stands before the axis
    static void timeAxis(StringBuilder out, TimeRange range, int columns, String margin) {
        long span = range.until() - range.from();
        long step = timeStep(span, Math.max(1, columns / COLUMNS_PER_LABEL));
        StringBuilder axis = new StringBuilder("─".repeat(columns));
        StringBuilder labels = new StringBuilder(" ".repeat(columns));
        long first = range.from() + Math.floorMod(-range.from(), step);
        int freeFrom = 0;
        for (long tick = first; tick < range.until(); tick += step) {
            int column = (int) ((double) (tick - range.from()) / span * columns);
            String label = timeLabel(tick, step);
            if (column >= freeFrom && column + label.length() <= columns) {
                axis.setCharAt(column, '┬');
                labels.replace(column, column + label.length(), label);
                freeFrom = column + label.length() + 1;
            }
        }
        if (freeFrom == 0) {
            String label = TimeText.format(range.from());
            labels.replace(0, Math.min(columns, label.length()), label);
            axis.setCharAt(0, '┬');
        }
        out.append(margin).append('└').append(axis).append('\n');
        out.append(margin).append(' ').append(labels.toString().stripTrailing()).append('\n');
    }

    private static long timeStep(long span, int count) {
        long least = Math.max(1, span / count);
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
        return TIME_STEPS[TIME_STEPS.length - 1];
    }

    private static String timeLabel(long time, long step) {
        String iso = TimeText.format(time).replace('T', ' ').replace("Z", "");
        if (step % DAY == 0) {
            return iso.substring(0, DATE_CHARS);
        }
        if (step % MINUTE == 0) {
            return iso.substring(0, MINUTE_CHARS);
        }
        return step % SECOND == 0 ? iso.substring(0, SECOND_CHARS) : iso.substring(DATE_CHARS + 1);
    }
}
