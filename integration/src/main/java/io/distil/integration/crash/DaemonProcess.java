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
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Distil.class.getName()));
        command.addAll(
                List.of("server", "--data", data.toString(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"));
        command.addAll(List.of(arguments));
        return new DaemonProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private DaemonProcess(Process process) throws IOException {
        this.process = process;
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder printed = new StringBuilder();
        Matcher ready = null;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            printed.append(line).append('\n');
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
        Thread.ofPlatform().daemon().name("daemon-output").start(() -> drain(out));
    }

    /// A pipe that nobody reads would stop the daemon.
    private static void drain(BufferedReader out) {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                System.err.println("daemon: " + line);
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
