package io.distil.daemon.cli;

import io.distil.base.Version;
import io.distil.base.api.Store;
import io.distil.base.api.StreamInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;

/// `distil flush`: commits what is buffered.
@Command(name = "flush", description = "Commits what is buffered of a stream; does nothing when nothing is.")
final class FlushCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
    private String streamName;

    FlushCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run(Store store) throws IOException {
        StreamInfo stream = stream(store, streamName);
        Version version = await(store.flush(stream.descriptor().id()));
        answer(stream.descriptor().path() + " is at version " + version, rows -> rows.version(version));
    }
}
