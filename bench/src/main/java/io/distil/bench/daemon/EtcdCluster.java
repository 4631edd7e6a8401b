package io.distil.bench.daemon;

import io.distil.bench.daemon.ReplicatedLoad.Commits;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Three nodes of etcd on the loopback, with its defaults, spoken to by its HTTP gateway over one connection kept open. The
/// gateway adds a hop within the process, some tens of microseconds.
final class EtcdCluster implements AutoCloseable {
    private static final int NODE_COUNT = 3;
    private static final int START_ATTEMPTS_MAX = 300;
    private static final long LATENCY_NANOS_MAX = 120_000_000_000L;

    private final TemporaryDirectory directory;
    private final List<Process> processes = new ArrayList<>();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private int clientPort;

    private EtcdCluster(TemporaryDirectory directory) {
        this.directory = directory;
    }

    /// The program, if the path has it (Debian's package etcd-server).
    static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(path -> Path.of(path, "etcd"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static EtcdCluster start(Path program, Path parent) throws IOException {
        EtcdCluster cluster = new EtcdCluster(TemporaryDirectory.create(parent, "etcd-bench"));
        try {
            cluster.start(program);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void start(Path program) throws IOException {
        int[] peerPorts = new int[NODE_COUNT];
        for (int i = 0; i < NODE_COUNT; i++) {
            peerPorts[i] = Nodes.freePort();
        }
        String members =
                IntStream.range(0, NODE_COUNT)
                        .mapToObj(i -> "e" + i + "=http://127.0.0.1:" + peerPorts[i])
                        .collect(Collectors.joining(","));
        for (int i = 0; i < NODE_COUNT; i++) {
            int port = Nodes.freePort();
            clientPort = port;
            String client = "http://127.0.0.1:" + port;
            String peer = "http://127.0.0.1:" + peerPorts[i];
            Path data = directory.path().resolve("e" + i);
            List<String> command = new ArrayList<>(List.of(program.toString(), "--name", "e" + i));
            command.addAll(List.of("--data-dir", data.toString(), "--initial-cluster", members));
            command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
            command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(directory.path().resolve("e" + i + ".log").toFile())
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            processes.add(process);
        }
        for (int attempt = 0; !isReady(); attempt++) {
            if (attempt == START_ATTEMPTS_MAX) {
                throw new IOException("etcd did not get ready within a minute");
            }
            pause();
        }
    }

    private boolean isReady() throws IOException {
        try {
            return put(0, "").statusCode() == 200;
        } catch (ConnectException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while etcd was starting");
        }
    }

    private HttpResponse<String> put(long number, String value) throws IOException {
        String key = Base64.getEncoder().encodeToString(ReplicatedLoad.key(number));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + clientPort + "/v3/kv/put"))
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}"))
                        .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while etcd was asked");
        }
    }

    /// Puts, each waiting for the one before.
    Commits commits(long durationNanos) throws IOException {
        String value = Base64.getEncoder().encodeToString(ReplicatedLoad.randomBytes(ReplicatedLoad.SMALL_VALUE_BYTES));
        Histogram nanos = new Histogram(LATENCY_NANOS_MAX, 3);
        long begin = System.nanoTime();
        long now = begin;
        for (long i = 0; now - begin < durationNanos; i++) {
            HttpResponse<String> answer = put(i, value);
            if (answer.statusCode() != 200) {
                throw new IOException("etcd answered " + answer.statusCode() + ": " + answer.body());
            }
            long next = System.nanoTime();
            nanos.recordValue(next - now);
            now = next;
        }
        return new Commits(nanos.getTotalCount() / ((now - begin) / 1e9), nanos);
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
