package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.Optional;

/// `distil windows`: count, minimum, mean, maximum and standard deviation of each window.
@Command(
        name = "windows",
        description = {
            "Prints statistics of equal windows of time.",
            "Without --from, windows begin at whole multiples of the width; with it, exactly there. Only whole windows"
                    + " are answered."
        })
final class WindowsCommand extends RangeCommand {
    private static final int BATCH_WINDOWS = 1024;

    @Option(
            names = "--width",
            required = true,
            paramLabel = "W",
            order = 3,
            description = "Width of a window: 1d, 1h, 5m, 90s, 250ms, 100us, 5ns or 2^38.")
    private String width;

    @Option(
            names = "--aligned",
            order = 4,
            description =
                    "Aligned windows, a power of two wide: the next one if --width is none. Empty ones are left out,"
                            + " and both ends of the range are rounded down.")
    private boolean aligned;

    @Option(
            names = "--depth",
            paramLabel = "PW",
            order = 5,
            description = "Without --aligned: do not look into tree nodes of 2^PW ns and less; 0 is exact.")
    private int depthLog2;

    private WidthText widthAsked;

    WindowsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        super.checkUsage();
        widthAsked = parsed("option '--width'", () -> WidthText.parse(width));
    }

    @Override
    protected void run(StreamInfo stream, StreamSnapshot snapshot, Optional<Asked> asked) throws IOException {
        Times.checkWidthLog2(Math.max(0, widthAsked.exponent()));
        if (widthAsked.nanos() < 1) {
            throw new Refused(ErrorCode.INVALID_WIDTH, "a window's width must be at least 1 ns");
        }
        Times.checkWidthLog2(depthLog2);
        if (asked.isEmpty()) {
            return;
        }
        try (WindowCursor windows = aligned ? aligned(snapshot, asked.get()) : unaligned(snapshot, asked.get());
                WindowBatch batch = new WindowBatch(BATCH_WINDOWS);
                Rows rows = rows()) {
            while (windows.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    print(rows, batch, i);
                }
            }
        }
    }

    private WindowCursor aligned(StreamSnapshot snapshot, Asked asked) throws IOException {
        int widthLog2 = widthAsked.exponentAtLeast();
        if (widthAsked.exponent() < 0 && 1L << widthLog2 != widthAsked.nanos()) {
            remark("aligned windows are a power of two wide: 2^" + widthLog2 + " ns, " + seconds(1L << widthLog2));
        }
        TimeRange range = asked.range();
        long until = asked.hasTo() ? range.until() : Times.alignUp(range.until(), widthLog2);
        return snapshot.alignedWindows(new TimeRange(range.from(), until), widthLog2);
    }

    private WindowCursor unaligned(StreamSnapshot snapshot, Asked asked) throws IOException {
        long nanos = widthAsked.nanos();
        TimeRange range = asked.range();
        long from =
                asked.hasFrom() ? range.from() : Math.max(Times.MIN, range.from() - Math.floorMod(range.from(), nanos));
        long until = range.until();
        if (!asked.hasTo()) {
            long past = Math.floorMod(range.until() - from, nanos);
            until = past == 0 ? until : Math.min(Times.LIMIT, until - past + nanos);
        }
        return snapshot.windows(new TimeRange(from, until), nanos, depthLog2);
    }

    private static void print(Rows rows, WindowBatch batch, int i) throws IOException {
        rows.time("start", batch.start(i)).integer("count", batch.points(i));
        if (batch.points(i) == 0) {
            rows.absent("min").absent("mean").absent("max").absent("stddev").end();
            return;
        }
        rows.number("min", batch.min(i))
                .rounded("mean", batch.mean(i))
                .number("max", batch.max(i))
                .rounded("stddev", batch.stddev(i))
                .end();
    }

    private static String seconds(long nanos) {
        return NumberText.sixDigits(nanos / 1e9) + " s";
    }
}
