package io.distil.daemon.quickstart;

import io.distil.base.NanoClock;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.ServerAddress;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A node in a process of its own: `distil server`, which stays when the quickstart ends and {@link #keep} was called. Until
/// then it is stopped with this process, also by Ctrl-C.
///
/// It gets a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it, and files for its output,
/// because a script that reads the quickstart's output to its end would wait for the node's, too.
final class KeptNode implements QuickstartNode {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int HTTP_PORT = 7701;
    private static final long READY_NANOS_MAX = 60_000_000_000L;
    private static final long POLL_MILLIS = 20;
    private static final long STOP_SECONDS_MAX = 60;
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final Pattern READY = Pattern.compile("ready listen=(\\S+) .*");

    private final QuickstartDirectory directory;
    private final Process process;
    private final Thread stopAtExit;
    private String listen;
    private boolean isKept;

    private KeptNode(QuickstartDirectory directory, Process process) {
        this.directory = directory;
        this.process = process;
        this.stopAtExit = Thread.ofPlatform().name("distil-quickstart-stop").unstarted(process::destroy);
        Runtime.getRuntime().addShutdownHook(stopAtExit);
    }

    /// Starts it on the port where commands look for a node, or, if that one is taken, on a free one.
    ///
    /// @throws IOException if it does not become ready; with the last thing it said
    static KeptNode start(QuickstartDirectory directory, NanoClock clock) throws IOException {
        Process process =
                new ProcessBuilder(commandLine(directory))
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(directory.answers().toFile())
                        .redirectError(directory.log().toFile())
                        .start();
        KeptNode node = new KeptNode(directory, process);
        try {
            node.listen = node.waitUntilReady(clock.monotonicNanos() + READY_NANOS_MAX, clock);
            directory.markUsed(process.pid(), node.listen);
            return node;
        } catch (IOException e) {
            node.close();
            throw e;
        }
    }

    /// This process's own Java, flags and jars, for the command `server`.
    private static List<String> commandLine(QuickstartDirectory directory) {
        List<String> words = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            words.add(SETSID.toString());
        }
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-Ddistil.") && !flag.startsWith("-agentlib:") && !flag.startsWith("-javaagent:")) {
                words.add(flag);
            }
        }
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Distil.class.getName(), "server"));
        words.addAll(List.of("--data", directory.data().toString()));
        words.addAll(List.of("--listen", LOOPBACK + ":" + freePort(ServerAddress.DEFAULT.port())));
        words.addAll(List.of("--http", LOOPBACK + ":" + freePort(HTTP_PORT)));
        return words;
    }

    /// @return the port itself, or 0 for any if somebody has it
    private static int freePort(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral(LOOPBACK))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            return 0;
        }
    }

    private String waitUntilReady(long deadlineNanos, NanoClock clock) throws IOException {
        while (process.isAlive() && clock.monotonicNanos() < deadlineNanos) {
            Optional<String> address =
                    Files.readAllLines(directory.answers()).stream()
                            .map(READY::matcher)
                            .filter(Matcher::matches)
                            .map(ready -> ready.group(1))
                            .findFirst();
            if (address.isPresent()) {
                return address.get();
            }
            pause();
        }
        List<String> log = Files.readAllLines(directory.log());
        throw new IOException(
                "the node did not start; " + directory.log() + " says: " + (log.isEmpty() ? "nothing" : log.getLast()));
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the node was starting", e);
        }
    }

    @Override
    public String listen() {
        return listen;
    }

    @Override
    public String description() {
        String port =
                listen.equals(ServerAddress.DEFAULT.toString())
                        ? ""
                        : " (a free port: somebody listens on " + ServerAddress.DEFAULT + " already)";
        return "A node runs in a process of its own, "
                + process.pid()
                + "; it listens on "
                + listen
                + port
                + " and keeps its data in "
                + directory.data()
                + ".";
    }

    /// Leaves it running.
    void keep() {
        isKept = true;
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
    }

    long processId() {
        return process.pid();
    }

    @Override
    public void close() throws IOException {
        if (isKept) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(
                        "the node, process " + process.pid() + ", did not stop within " + STOP_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
    }
}
