package io.distil.daemon.backup;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.storage.ring.Disk;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/// A command that looks at a backup and speaks to nobody.
abstract class DirectoryCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "DIR", description = "The backup's directory.")
    private Path directory;

    @Option(names = "--json", order = 91, description = "Answer with one JSON object a line.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = 92,
            description = "Print this help and exit.")
    private boolean helpAsked;

    DirectoryCommand(CommandContext context) {
        this.context = context;
    }

    /// @return the exit code
    protected abstract int run(Disk disk) throws IOException;

    @Override
    public final Integer call() throws IOException {
        try (Disk disk = BackupDirectory.forReading(directory)) {
            return run(disk);
        }
    }

    protected final CommandContext context() {
        return context;
    }

    protected final Rows rows() {
        return Rows.of(context.out(), json);
    }
}
