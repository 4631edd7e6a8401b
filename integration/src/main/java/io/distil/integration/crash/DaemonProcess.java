package io.distil.integration.crash;

import io.distil.daemon.cli.Distil;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `distil server` as a process of its own, on a port of its own.
public final class DaemonProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("^ready listen=([^ :]+):(\\d+) .*");

    private final Process process;
    private final String readyLine;
    private final String host;
    private final int port;

    /// Starts a daemon with this process's own Java and class path, and waits until it is ready.
    ///
    /// @param arguments further arguments of `distil server`
    /// @throws IOException with everything it printed, if it ends before it is ready
    public static DaemonProcess start(Path data, String... arguments) throws IOException {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("--data", data.toString(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"));
        words.addAll(List.of(arguments));
        return start(List.of(), Distil.class, words, line -> System.err.println("daemon: " + line));
    }

    /// @param flags of its Java, beside those that all need
    /// @param main {@link Distil}, or what stands in for it
    /// @param arguments all that follow `distil server`
    /// @param output gets what it prints, a line at a time, on a thread of its own
    public static DaemonProcess start(
            List<String> flags, Class<?> main, List<String> arguments, Consumer<String> output) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.startsWith("--enable-native-access")
                    || flag.startsWith("--add-opens")
                    || flag.startsWith("--sun-misc")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), "server"));
        command.addAll(arguments);
        return new DaemonProcess(new ProcessBuilder(command).redirectErrorStream(true).start(), output);
    }

    private DaemonProcess(Process process, Consumer<String> output) throws IOException {
        this.process = process;
        // A test that is interrupted must not leave daemons behind.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder printed = new StringBuilder();
        Matcher ready = null;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            printed.append(line).append('\n');
            output.accept(line);
            ready = READY.matcher(line);
            if (ready.matches()) {
                break;
            }
        }
        if (ready == null || !ready.matches()) {
            process.destroyForcibly();
            throw new IOException("the daemon ended before it was ready:\n" + printed);
        }
        readyLine = ready.group();
        host = ready.group(1);
        port = Integer.parseInt(ready.group(2));
        Thread.ofPlatform().daemon().name("daemon-output").start(() -> drain(out, output));
    }

    /// A pipe that nobody reads would stop the daemon.
    private static void drain(BufferedReader out, Consumer<String> output) {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                output.accept(line);
            }
        } catch (IOException e) {
            // The process is gone.
        }
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String readyLine() {
        return readyLine;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// SIGSTOP: it stands still with everything it holds, until {@link #resume}.
    public void pause() throws IOException {
        signal("STOP");
    }

    /// SIGCONT.
    public void resume() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        try {
            int exit =
                    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
            if (exit != 0 && process.isAlive()) {
                throw new IOException("kill -" + name + " ended with exit code " + exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending SIG" + name, e);
        }
    }

    /// SIGKILL.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// SIGTERM, and waits.
    ///
    /// @return the exit code
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the daemon did not stop within a minute of SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
