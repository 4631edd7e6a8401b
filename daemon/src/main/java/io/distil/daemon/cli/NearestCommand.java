package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;

/// `distil nearest`: the first point at or after a time, or the last before it.
@Command(name = "nearest", description = "Prints the first point at or after a time, or the last one before it.")
final class NearestCommand extends QueryCommand {
    @Option(names = "--at", required = true, paramLabel = "TIME", order = 1, description = "The time to start from.")
    private String at;

    @Option(names = "--backward", order = 2, description = "The last point strictly before the time.")
    private boolean backward;

    private long atNanos;

    NearestCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        atNanos = time("option '--at'", at);
    }

    @Override
    protected void run(StreamInfo stream, StreamSnapshot snapshot) throws IOException {
        Point point =
                snapshot.nearest(atNanos, backward ? Direction.BACKWARD : Direction.FORWARD)
                        .orElseThrow(() ->
                                new Refused(
                                        ErrorCode.NO_SUCH_POINT,
                                        stream.descriptor().path()
                                                + " has no point "
                                                + (backward ? "before " : "at or after ")
                                                + TimeText.format(atNanos)));
        try (Rows rows = rows()) {
            rows.time("time", point.time()).number("value", point.value()).end();
        }
    }
}
