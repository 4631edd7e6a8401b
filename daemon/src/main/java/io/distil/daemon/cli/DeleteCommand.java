package io.distil.daemon.cli;

import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.StreamInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;

/// `distil delete`: removes the points of a range.
@Command(
        name = "delete",
        description = "Removes the points of a range and commits; versions before it still show them.")
final class DeleteCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
    private String streamName;

    @Option(names = "--from", required = true, paramLabel = "TIME", order = 1, description = "First time inside.")
    private String from;

    @Option(names = "--to", required = true, paramLabel = "TIME", order = 2, description = "First time outside.")
    private String to;

    @Option(
            names = "--uncommitted-since",
            paramLabel = "MAJOR.MINOR",
            order = 3,
            converter = VersionConverter.class,
            description = {
                "Remove only what was written ahead since this version: at another major version, an ordinary delete; at the"
                        + " same major and a later minor one, only buffered points, without a commit; at this very version,"
                        + " nothing."
            })
    private Version since;

    private long fromNanos;
    private long toNanos;

    DeleteCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        fromNanos = time("option '--from'", from);
        toNanos = time("option '--to'", to);
    }

    @Override
    protected void run(Store store) throws IOException {
        TimeRange range = new TimeRange(fromNanos, toNanos);
        StreamInfo stream = stream(store, streamName);
        Mutation mutation =
                since == null
                        ? new Mutation.Delete(stream.descriptor().id(), range)
                        : new Mutation.DeleteUncommitted(stream.descriptor().id(), range, since);
        Version version = await(store.submit(mutation)).version();
        answer(
                "deleted "
                        + TimeText.format(fromNanos)
                        + " to "
                        + TimeText.format(toNanos)
                        + " from "
                        + stream.descriptor().path()
                        + ", now at version "
                        + version,
                rows -> rows.version(version));
    }
}
