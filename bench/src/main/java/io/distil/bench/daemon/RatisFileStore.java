package io.distil.bench.daemon;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Three servers of the file store that Ratis brings as an example, with its defaults, and its own load generator. The jar
/// `org.apache.ratis:ratis-examples` holds everything they need.
final class RatisFileStore implements AutoCloseable {
    private static final String MAIN = "org.apache.ratis.examples.common.Runner";
    private static final int NODE_COUNT = 3;
    private static final long START_MILLIS = 8_000;
    private static final long LOAD_SECONDS_MAX = 120;

    private final TemporaryDirectory directory;
    private final Path jar;
    private final List<Process> processes = new ArrayList<>();
    private String peers = "";

    private RatisFileStore(Path jar, TemporaryDirectory directory) {
        this.jar = jar;
        this.directory = directory;
    }

    static RatisFileStore start(Path jar, Path parent) throws IOException {
        RatisFileStore store = new RatisFileStore(jar, TemporaryDirectory.create(parent, "ratis-bench"));
        try {
            store.start();
            return store;
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private void start() throws IOException {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < NODE_COUNT; i++) {
            members.add("n" + i + ":127.0.0.1:" + Nodes.freePort());
        }
        peers = String.join(",", members);
        for (int i = 0; i < NODE_COUNT; i++) {
            processes.add(run("server", "s" + i, "--id", "n" + i));
        }
        // It says nothing when it is ready.
        waitFor(null, START_MILLIS);
    }

    private Process run(String command, String name, String... further) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xmx1g", "-cp", jar.toString(), MAIN, "filestore", command));
        words.addAll(List.of("--peers", peers, "--storage", directory.path().resolve(name).toString()));
        words.addAll(List.of(further));
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.path().resolve(name + ".log").toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    /// Writes files by the load generator, which starts a JVM of its own: that is in the time, so write for a while.
    ///
    /// @return files a second
    double filesPerSecond(int fileCount, int fileBytes) throws IOException {
        Files.createDirectories(directory.path().resolve("load"));
        long begin = System.nanoTime();
        Process load =
                run(
                        "loadgen",
                        "load",
                        "--size",
                        Integer.toString(fileBytes),
                        "--numFiles",
                        Integer.toString(fileCount),
                        "--numClients",
                        "1",
                        "--bufferSize",
                        Integer.toString(Math.min(fileBytes, 1 << 20)));
        waitFor(load, TimeUnit.SECONDS.toMillis(LOAD_SECONDS_MAX));
        if (load.isAlive() || load.exitValue() != 0) {
            load.destroyForcibly();
            throw new IOException("the load generator of Ratis' file store did not come to a good end");
        }
        return fileCount / ((System.nanoTime() - begin) / 1e9);
    }

    private static void waitFor(Process process, long millisMax) throws IOException {
        try {
            if (process == null) {
                Thread.sleep(millisMax);
            } else {
                process.waitFor(millisMax, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while Ratis' file store ran");
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(Process::destroyForcibly);
        for (Process process : processes) {
            process.onExit().join();
        }
        directory.close();
    }
}
