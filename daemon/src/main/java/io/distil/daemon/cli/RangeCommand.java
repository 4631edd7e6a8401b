package io.distil.daemon.cli;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.Optional;

/// A question about a range of times; without `--from` or `--to`, about all there is on that side.
abstract class RangeCommand extends QueryCommand {
    @Option(names = "--from", paramLabel = "TIME", order = 1, description = "First time inside; else the first point.")
    private String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            order = 2,
            description = "First time outside; else just after the last point.")
    private String to;

    private long fromNanos;
    private long toNanos;

    RangeCommand(CommandContext context) {
        super(context);
    }

    /// @param hasFrom whether the range's beginning was asked for, or is the first point's
    record Asked(TimeRange range, boolean hasFrom, boolean hasTo) {}

    /// @param asked empty when nothing was asked for and the stream has no points
    protected abstract void run(StreamInfo stream, StreamSnapshot snapshot, Optional<Asked> asked) throws IOException;

    /// Whether a range that is not given ends at the first and last point (or, for deletions that left nothing, at the ends
    /// of time).
    protected boolean isBoundedByPoints() {
        return true;
    }

    @Override
    protected void checkUsage() {
        fromNanos = from == null ? Times.MIN : time("option '--from'", from);
        toNanos = to == null ? Times.LIMIT : time("option '--to'", to);
    }

    @Override
    protected final void run(StreamInfo stream, StreamSnapshot snapshot) throws IOException {
        TimeRange asked = new TimeRange(fromNanos, toNanos);
        if (from != null && to != null || !isBoundedByPoints()) {
            run(stream, snapshot, Optional.of(new Asked(asked, true, true)));
            return;
        }
        Optional<TimeRange> extent = extent(snapshot);
        long start = from != null ? fromNanos : extent.map(TimeRange::from).orElse(toNanos);
        long end = to != null ? toNanos : extent.map(TimeRange::until).orElse(fromNanos);
        run(
                stream,
                snapshot,
                start < end
                        ? Optional.of(new Asked(new TimeRange(start, end), from != null, to != null))
                        : Optional.empty());
    }
}
