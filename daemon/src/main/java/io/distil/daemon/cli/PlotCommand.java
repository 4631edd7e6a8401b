package io.distil.daemon.cli;

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

/// `distil plot`: a stream as a picture in the terminal.
///
/// Drawn from aligned windows a little narrower than a dot, never from points, so a billion points cost what a thousand
/// cost.
@Command(
        name = "plot",
        description = "Draws a stream in the terminal: the mean as a line, from minimum to maximum as a shade.")
final class PlotCommand extends RangeCommand {
    private static final int BATCH_WINDOWS = 1024;
    private static final int ROWS_MIN = 4;
    private static final int ROWS_MAX = 200;

    @Option(names = "--columns", paramLabel = "N", order = 3, description = "Width in characters; else the terminal's.")
    private int columns;

    @Option(names = "--rows", paramLabel = "N", order = 4, description = "Height in lines, without the axis; else 16.")
    private int rows = 16;

    PlotCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        super.checkUsage();
        if (rows < ROWS_MIN || rows > ROWS_MAX) {
            throw wrongUsage(
                    "Invalid value for option '--rows': " + ROWS_MIN + " to " + ROWS_MAX + " lines can be drawn");
        }
    }

    @Override
    protected void run(StreamInfo stream, StreamSnapshot snapshot, Optional<Asked> asked) throws IOException {
        if (asked.isEmpty()) {
            remark(stream.descriptor().path() + " has no points there");
            return;
        }
        int width =
                columns > 0
                        ? new CommandContext.Terminal(false, false, columns).columns()
                        : context().terminal().columns();
        TimeRange range = asked.get().range();
        PlotColumns data = new PlotColumns(range, TerminalPlot.dotColumns(width));
        read(snapshot, range, data);
        if (data.count() == 0) {
            remark(stream.descriptor().path() + " has no points there");
            return;
        }
        if (isJson()) {
            print(data);
            return;
        }
        String title = stream.descriptor().path() + "  version " + snapshot.version() + "  " + summary(snapshot, range);
        try (AnswerOutput out = new AnswerOutput(context().out())) {
            out.write(new TerminalPlot(data, rows, width).draw(title));
        }
    }

    private static void read(StreamSnapshot snapshot, TimeRange range, PlotColumns data) throws IOException {
        int widthLog2 = data.windowWidthLog2();
        TimeRange whole = new TimeRange(range.from(), Times.alignUp(range.until(), widthLog2));
        try (WindowCursor windows = snapshot.alignedWindows(whole, widthLog2);
                WindowBatch batch = new WindowBatch(BATCH_WINDOWS)) {
            while (windows.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    data.add(batch.start(i), batch.points(i), batch.min(i), batch.mean(i), batch.max(i));
                }
            }
        }
    }

    /// Exact, where the picture's windows may reach a fraction of a dot over the ends of the range.
    private static String summary(StreamSnapshot snapshot, TimeRange range) throws IOException {
        try (WindowCursor windows = snapshot.windows(range, range.until() - range.from(), 0);
                WindowBatch whole = new WindowBatch(1)) {
            windows.next(whole);
            return whole.points(0) + " points, mean " + NumberText.sixDigits(whole.mean(0));
        }
    }

    private void print(PlotColumns data) throws IOException {
        try (Rows out = rows()) {
            for (int x = 0; x < data.size(); x++) {
                if (!data.isEmpty(x)) {
                    out.time("start", data.start(x))
                            .integer("count", data.count(x))
                            .number("min", data.min(x))
                            .rounded("mean", data.mean(x))
                            .number("max", data.max(x))
                            .end();
                }
            }
        }
    }
}
