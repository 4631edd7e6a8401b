package io.distil.daemon.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// A small HTTP server for whoever watches the daemon.
///
/// | path | answer |
/// |---|---|
/// | `/metrics` | Prometheus text format |
/// | `/healthz` | 200 `ok` while the process can do its work, 503 with a sentence when it has failed |
/// | `/readyz` | 200 `ready` when reads and writes are taken, 503 with the reason otherwise |
final class HttpEndpoint implements AutoCloseable {
    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService executor;

    /// @param health empty when well, else what is wrong
    /// @param readiness empty when ready, else why not
    HttpEndpoint(
            InetSocketAddress address,
            Supplier<String> metrics,
            Supplier<Optional<String>> health,
            Supplier<Optional<String>> readiness)
            throws IOException {
        server = HttpServer.create(address, 0);
        executor =
                Executors.newFixedThreadPool(
                        1, task -> Thread.ofPlatform().name("distil-http").daemon().unstarted(task));
        server.setExecutor(executor);
        server.createContext("/metrics", exchange -> answer(exchange, 200, PROMETHEUS_TEXT, metrics.get()));
        server.createContext("/healthz", exchange -> answer(exchange, health.get(), "ok"));
        server.createContext("/readyz", exchange -> answer(exchange, readiness.get(), "ready"));
        server.start();
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private static void answer(HttpExchange exchange, Optional<String> trouble, String well) throws IOException {
        answer(exchange, trouble.isEmpty() ? 200 : 503, PLAIN_TEXT, trouble.orElse(well) + "\n");
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
