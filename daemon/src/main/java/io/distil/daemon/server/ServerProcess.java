package io.distil.daemon.server;

import io.distil.base.NanoClock;
import io.distil.daemon.cli.Distil;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `distil server` in a process of its own, with this process's Java and jars.
///
/// It gets a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it, and files for its output,
/// because a script that reads the starter's output to its end would wait for the node's, too.
public final class ServerProcess {
    private static final long POLL_MILLIS = 20;
    private static final long STOP_SECONDS_MAX = 75;
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    /// The launcher says here how it would start the JVM of a server, where that differs from this process's.
    private static final String SERVER_FLAGS = "distil.serverFlags";

    private static final Pattern READY = Pattern.compile("ready listen=(\\S+) .*");

    private final Process process;
    private final Path out;
    private final Path log;

    private ServerProcess(Process process, Path out, Path log) {
        this.process = process;
        this.out = out;
        this.log = log;
    }

    /// Starts it; it is not ready yet.
    ///
    /// @param options of `distil server`
    /// @param out its standard output, made anew
    /// @param log its standard error, appended to
    public static ServerProcess start(List<String> options, Path out, Path log) throws IOException {
        List<String> words = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            words.add(SETSID.toString());
        }
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags());
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Distil.class.getName(), "server"));
        words.addAll(options);
        Process process =
                new ProcessBuilder(words)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new ServerProcess(process, out, log);
    }

    private static List<String> flags() {
        String given = System.getProperty(SERVER_FLAGS, "");
        List<String> flags = new ArrayList<>();
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            boolean isOurs =
                    flag.startsWith("-Ddistil.") || flag.startsWith("-agentlib:") || flag.startsWith("-javaagent:");
            if (flag.startsWith("--") || given.isEmpty() && !isOurs) {
                flags.add(flag);
            }
        }
        for (String flag : given.split(" ")) {
            if (!flag.isEmpty()) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /// Waits for its ready line.
    ///
    /// @return where it listens
    /// @throws IOException if it ends, or is not ready within `nanosMax`; with the last thing it said
    public String waitUntilReady(NanoClock clock, long nanosMax) throws IOException {
        long deadline = clock.monotonicNanos() + nanosMax;
        while (true) {
            // Asked before the file is read: what it said before it ended must not be missed.
            boolean isAlive = process.isAlive();
            Optional<String> listen = listen();
            if (listen.isPresent()) {
                return listen.get();
            }
            if (!isAlive || clock.monotonicNanos() - deadline > 0) {
                throw new IOException(
                        "the node "
                                + (isAlive ? "did not become ready" : "ended with exit code " + process.exitValue())
                                + "; "
                                + log
                                + " says: "
                                + lastWords());
            }
            pause();
        }
    }

    /// Where it listens, once it is ready.
    public Optional<String> listen() throws IOException {
        return Files.readAllLines(out).stream()
                .map(READY::matcher)
                .filter(Matcher::matches)
                .map(ready -> ready.group(1))
                .findFirst();
    }

    /// The last line of its log.
    public String lastWords() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return lines.isEmpty() ? "nothing" : lines.getLast();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the node was starting", e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// SIGTERM, without waiting.
    public void ask() {
        process.destroy();
    }

    /// SIGTERM, and waits for the end.
    public void stop() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(
                        "the node, process " + process.pid() + ", did not stop within " + STOP_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
