package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.distil.base.NanoClock;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.NetworkOpener;
import io.distil.integration.crash.DaemonProcess;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `./distil`, run in this process as a stranger would type it, speaking to a daemon over the network.
final class Shell {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// What a command left behind.
    record Result(int exitCode, String out, String err) {}

    private final Map<String, String> environment;

    private Shell(Map<String, String> environment) {
        this.environment = environment;
    }

    static Shell on(DaemonProcess daemon) {
        return new Shell(Map.of(ClientCommand.SERVER_VARIABLE, daemon.host() + ":" + daemon.port()));
    }

    /// For commands that need no daemon.
    static Shell alone() {
        return new Shell(Map.of());
    }

    Result run(String... words) {
        return runWith("", words);
    }

    /// @param input what stands on standard input
    Result runWith(String input, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandContext context =
                new CommandContext(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        out,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        CommandContext.Terminal.NONE,
                        NanoClock.SYSTEM,
                        NetworkOpener.INSTANCE);
        int exitCode = Distil.run(context, words);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// What a command prints that must succeed.
    String must(String... words) {
        Result result = run(words);
        assertThat(result.exitCode()).as("distil %s: %s", String.join(" ", words), result.err()).isZero();
        return result.out();
    }

    /// The objects that a command prints with `--json`; it must succeed.
    List<JsonNode> json(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--json");
        List<JsonNode> objects = new ArrayList<>();
        for (String line : must(all.toArray(String[]::new)).split("\n")) {
            if (!line.isEmpty()) {
                objects.add(JSON.readTree(line));
            }
        }
        return objects;
    }
}
