package io.distil.daemon.cli;

import io.distil.base.api.Store;

import picocli.CommandLine.Command;

import java.io.IOException;

/// `distil status`: what the daemon says of itself.
@Command(name = "status", description = "Prints what the daemon says of itself.")
final class StatusCommand extends ClientCommand {
    StatusCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run(Store store) throws IOException {
        try (Rows rows = fields()) {
            store.status().forEach(rows::text);
            rows.end();
        }
    }
}
