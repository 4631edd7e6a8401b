package io.distil.daemon.cli;

import io.distil.base.NanoClock;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;

/// The training run behind the ahead-of-time cache: ordinary commands, so that the classes they load are found loaded and
/// linked when a command starts. Run by the launcher after a build; what is missing here is only slower there.
final class Training {
    private Training() {}

    public static void main(String[] args) {
        CommandContext context = new CommandContext(
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                new PrintStream(OutputStream.nullOutputStream()),
                Map.of(),
                CommandContext.Terminal.NONE,
                NanoClock.SYSTEM,
                NetworkOpener.INSTANCE);
        for (String line : LINES) {
            Distil.run(context, line.split(" "));
        }
        System.exit(0);
    }

    private static final String[] LINES = {
        "--version", "help", "status", "points a/b", "windows a/b --width 1h --json", "nearest a/b --at 2015-09-01",
    };
}
