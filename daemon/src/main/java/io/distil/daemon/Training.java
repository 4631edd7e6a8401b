package io.distil.daemon;

import io.distil.base.NanoClock;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.NetworkOpener;
import io.distil.daemon.server.Daemon;
import io.distil.daemon.server.ServerConfig;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The training run behind the ahead-of-time cache: ordinary commands against a small node, so that the classes they load are
/// found loaded and linked when a command starts. Run by the launcher after a build, in a directory that it removes. What is
/// missing here is only slower to start; what fails here fails nothing else.
final class Training {
    private static final List<String> COMMANDS =
            List.of(
                    "--version",
                    "help",
                    "points --help",
                    "status",
                    "stream create training/a",
                    "insert training/a --json",
                    "insert training/a --merge replace",
                    "generate --profile 1hz --points 2000 --collection training",
                    "flush training/a",
                    "stream ls",
                    "stream ls training --json",
                    "stream info training/a",
                    "stream annotate training/a note=x",
                    "points training/a",
                    "points training/a --json --from 2024-01-01 --to now",
                    "windows training/s0 --width 1m",
                    "windows training/s0 --width 2^36 --aligned --json",
                    "nearest training/a --at 2024-01-01T00:00:00Z",
                    "changes training/a --since 0",
                    "plot training/s0",
                    "delete training/a --from 2024-01-01 --to 2024-01-02",
                    "distillate ls",
                    "points training/nowhere",
                    "points training/a --from never");
    private static final String INPUT = "2024-01-01T00:00:00Z,1.5\n2024-01-01T00:00:01Z,2.5\n";

    private Training() {}

    public static void main(String[] args) throws IOException {
        ServerConfig config = ServerConfig.defaults().withData(Path.of(args[0])).withListen("127.0.0.1:0", "");
        try (Daemon daemon = Daemon.start(config)) {
            train("127.0.0.1:" + daemon.address().getPort());
        }
        System.exit(Distil.DONE);
    }

    private static void train(String server) {
        for (String command : COMMANDS) {
            CommandContext context =
                    new CommandContext(
                            new ByteArrayInputStream(INPUT.getBytes(StandardCharsets.UTF_8)),
                            OutputStream.nullOutputStream(),
                            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                            Map.of("DISTIL_SERVER", server),
                            CommandContext.Terminal.NONE,
                            NanoClock.SYSTEM,
                            NetworkOpener.INSTANCE);
            Distil.run(context, command.split(" "));
        }
    }
}
