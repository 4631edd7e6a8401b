package io.distil.daemon.cli;

import io.distil.base.NanoClock;

import java.io.PrintStream;
import java.util.Locale;

/// How far a long command is: a bar on a terminal, redrawn a few times a second; nothing on a file, where only the last
/// line is printed. One owner thread.
public final class Progress {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final int BAR_CELLS = 30;
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final PrintStream err;
    private final boolean draws;
    private final NanoClock clock;
    private final String unit;
    private final long total;
    private final long startNanos;
    private long drawnNanos;
    private boolean isDrawn;

    /// @param unit what is counted, in the plural
    /// @param total of the work that {@link #update} is told about; 0 if it is not known
    public Progress(CommandContext context, String unit, long total) {
        this.err = context.err();
        this.draws = context.terminal().errIsTerminal();
        this.clock = context.clock();
        this.unit = unit;
        this.total = total;
        this.startNanos = clock.monotonicNanos();
        this.drawnNanos = startNanos;
    }

    /// @param done how much of the total
    /// @param count how many of the unit
    public void update(long done, long count) {
        long now = draws ? clock.monotonicNanos() : 0;
        if (draws && now - drawnNanos >= REDRAW_NANOS) {
            drawnNanos = now;
            isDrawn = true;
            err.print(ERASE_LINE + bar(done, now - startNanos) + "  " + rate(count, now - startNanos));
            err.flush();
        }
    }

    /// Removes the bar, so that a line can be printed.
    public void erase() {
        if (isDrawn) {
            err.print(ERASE_LINE);
            err.flush();
            isDrawn = false;
        }
    }

    /// Removes the bar and says what was done: `12.3 M points in 4.5 s, 2.7 M points/s`.
    public String finish(long count) {
        erase();
        return rate(count, clock.monotonicNanos() - startNanos);
    }

    private String bar(long done, long elapsedNanos) {
        if (total <= 0) {
            return "";
        }
        double share = Math.clamp((double) done / total, 0.0, 1.0);
        int full = (int) (share * BAR_CELLS);
        String left = share > 0.01 ? seconds((long) (elapsedNanos / share * (1 - share))) + " left" : "";
        return "["
                + "█".repeat(full)
                + "·".repeat(BAR_CELLS - full)
                + "] "
                + String.format(Locale.ROOT, "%3d %%  %s", (int) (100 * share), left);
    }

    private String rate(long count, long elapsedNanos) {
        double perSecond = count / Math.max(elapsedNanos / 1e9, 1e-3);
        return amount(count)
                + " "
                + unit
                + " in "
                + seconds(elapsedNanos)
                + ", "
                + amount((long) perSecond)
                + " "
                + unit
                + "/s";
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, nanos < 10_000_000_000L ? "%.1f s" : "%.0f s", nanos / 1e9);
    }

    private static String amount(long count) {
        return count < 10_000
                ? Long.toString(count)
                : count < 1_000_000
                        ? String.format(Locale.ROOT, "%.1f k", count / 1e3)
                        : String.format(Locale.ROOT, "%.2f M", count / 1e6);
    }
}
