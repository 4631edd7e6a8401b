package io.distil.bench.daemon;

import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.ServerAddress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `distil server` as a child of this process, on a free port, with the flags that the launcher gives a server.
final class ChildDaemon implements AutoCloseable {
    /// The launcher says here how it would start the JVM of a server.
    private static final String SERVER_FLAGS = "distil.serverFlags";

    private static final Pattern READY = Pattern.compile("^ready listen=(\\S+) .*");
    private static final long STOP_SECONDS_MAX = 120;

    private final Process process;
    private final ServerAddress address;

    /// @param config a file of settings, or null
    /// @param further options of `distil server`
    static ChildDaemon start(Path data, Path config, String... further) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.startsWith("--")) {
                command.add(flag);
            }
        }
        for (String flag : System.getProperty(SERVER_FLAGS, "").split(" ")) {
            if (!flag.isEmpty()) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Distil.class.getName(), "server"));
        if (config != null) {
            command.addAll(List.of("--config", config.toString()));
        }
        command.addAll(List.of("--data", data.toString(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"));
        command.addAll(List.of(further));
        return new ChildDaemon(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    private ChildDaemon(Process process) throws IOException {
        this.process = process;
        // A daemon that outlived an interrupted benchmark would keep its directory and its memory.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        Matcher ready = READY.matcher(line == null ? "" : line);
        if (!ready.matches()) {
            process.destroyForcibly();
            throw new IOException("the daemon was not ready; it said: " + line);
        }
        address = ServerAddress.parse(ready.group(1));
    }

    ServerAddress address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    /// SIGTERM, and waits for a clean end.
    void stop() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException("the daemon did not stop within " + STOP_SECONDS_MAX + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("the daemon ended with exit code " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the daemon stopped");
        }
    }

    /// SIGKILL: what it had is not needed any more.
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
