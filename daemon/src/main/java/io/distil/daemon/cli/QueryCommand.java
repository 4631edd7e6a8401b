package io.distil.daemon.cli;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.Store;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.Optional;

/// A question about the points of one stream at one version.
abstract class QueryCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
    private String streamName;

    @Option(
            names = "--version",
            paramLabel = "MAJOR[.MINOR]",
            order = 10,
            converter = VersionConverter.class,
            description = "An earlier version of the stream; else the present one.")
    private Version version;

    QueryCommand(CommandContext context) {
        super(context);
    }

    protected abstract void run(StreamInfo stream, StreamSnapshot snapshot) throws IOException;

    @Override
    protected final void run(Store store) throws IOException {
        StreamInfo stream = stream(store, streamName);
        Version asked = versionAsked(version);
        VersionSelector at = asked == null ? VersionSelector.LATEST : VersionSelector.at(asked);
        try (StreamSnapshot snapshot = store.snapshot(stream.descriptor().id(), at)) {
            run(stream, snapshot);
        }
    }

    /// Lets a command have another option for the same thing.
    protected Version versionAsked(Version option) {
        return option;
    }

    /// The times from the first point to just after the last, or empty for a stream without points.
    static Optional<TimeRange> extent(StreamSnapshot snapshot) throws IOException {
        Optional<Point> first = snapshot.nearest(Times.MIN, Direction.FORWARD);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        // "Strictly before" cannot be asked of the end of time, so the very last nanosecond is asked on its own.
        Optional<Point> last = snapshot.nearest(Times.LIMIT - 1, Direction.FORWARD);
        if (last.isEmpty()) {
            last = snapshot.nearest(Times.LIMIT - 1, Direction.BACKWARD);
        }
        return Optional.of(new TimeRange(first.get().time(), last.orElseThrow().time() + 1));
    }
}
