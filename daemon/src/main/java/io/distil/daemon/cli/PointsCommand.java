package io.distil.daemon.cli;

import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.Optional;

/// `distil points`: raw points of a range.
@Command(name = "points", description = "Prints the points of a range, in time order.")
final class PointsCommand extends RangeCommand {
    private static final int BATCH_POINTS = 4096;

    @Option(names = "--limit", paramLabel = "N", order = 11, description = "Stop after this many points.")
    private long limit = Long.MAX_VALUE;

    PointsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run(StreamInfo stream, StreamSnapshot snapshot, Optional<Asked> asked) throws IOException {
        if (asked.isEmpty()) {
            return;
        }
        try (PointCursor points = snapshot.points(asked.get().range());
                PointBatch batch = new PointBatch(BATCH_POINTS);
                Rows rows = rows()) {
            long left = limit;
            while (left > 0 && points.next(batch) > 0) {
                for (int i = 0; i < batch.count() && left > 0; i++, left--) {
                    rows.time("time", batch.time(i)).number("value", batch.value(i)).end();
                }
            }
        }
    }
}
