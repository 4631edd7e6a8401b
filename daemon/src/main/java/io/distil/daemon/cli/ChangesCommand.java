package io.distil.daemon.cli;

import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.Optional;

/// `distil changes`: where a stream differs between two versions.
@Command(
        name = "changes",
        description =
                "Prints the ranges of time in which a stream may differ from an earlier version. Nothing that changed"
                        + " is left out.")
final class ChangesCommand extends RangeCommand {
    @Option(
            names = "--since",
            required = true,
            paramLabel = "MAJOR[.MINOR]",
            order = 3,
            converter = VersionConverter.class,
            description = "The earlier version.")
    private Version since;

    @Option(
            names = "--until",
            paramLabel = "MAJOR[.MINOR]",
            order = 4,
            converter = VersionConverter.class,
            description = "The later version, the same as --version; else the present one.")
    private Version until;

    @Option(
            names = "--resolution",
            paramLabel = "PW",
            order = 5,
            description = "Round ranges outward to windows of 2^PW ns; 0, the default, is exact.")
    private int resolutionLog2;

    ChangesCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected Version versionAsked(Version option) {
        if (option != null && until != null && !option.equals(until)) {
            throw wrongUsage("--until and --version name different versions");
        }
        return until != null ? until : option;
    }

    @Override
    protected boolean isBoundedByPoints() {
        return false;
    }

    @Override
    protected void run(StreamInfo stream, StreamSnapshot snapshot, Optional<Asked> asked) throws IOException {
        TimeRange within = asked.orElseThrow().range();
        try (Rows rows = rows()) {
            for (TimeRange range : snapshot.changesSince(since, resolutionLog2)) {
                if (range.overlaps(within.from(), within.until())) {
                    rows.time("from", Math.max(range.from(), within.from()))
                            .time("to", Math.min(range.until(), within.until()))
                            .end();
                }
            }
        }
    }
}
