package io.distil.daemon.server;

import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.StoreMetrics;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.util.function.ToDoubleFunction;

/// Everything the daemon counts, in Prometheus text. Nothing is counted here: meters read what store and server count.
final class DaemonMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final LocalStore store;
    private final WireServer wire;

    DaemonMetrics(LocalStore store, WireServer wire) {
        this.store = store;
        this.wire = wire;
        for (MemoryOwner owner : MemoryOwner.values()) {
            Gauge.builder("distil.offheap.bytes", owner, OffHeap::bytes)
                    .tag("owner", owner.label())
                    .description("Memory outside the Java heap, by its owner")
                    .register(registry);
        }
        bindStore();
        bindWire();
        Gauge.builder("distil.disk.path", () -> 1)
                .tag("path", store.status().get("disk.path"))
                .description("Which path to the disk was chosen; always 1")
                .register(registry);
        Gauge.builder("distil.network.transport", () -> 1)
                .tag("transport", wire.transport())
                .description("Which transport to the network was chosen; always 1")
                .register(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmGcMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    String text() {
        return registry.scrape();
    }

    private void bindStore() {
        gauge("distil.streams", "Streams there are", StoreMetrics::streams);
        counter("distil.mutations", "Mutations applied", StoreMetrics::mutations);
        counter("distil.points", "Points inserted", StoreMetrics::points);
        counter("distil.refused", "Mutations refused", StoreMetrics::refused);
        counter("distil.commits", "Trees built", StoreMetrics::commits);
        counter("distil.checkpoints", "Checkpoints taken", StoreMetrics::checkpoints);
        gauge("distil.pqm.bytes", "Points not yet in a tree", StoreMetrics::bufferedBytes);
        gauge("distil.log.retained.bytes", "Log to be replayed after a crash now", StoreMetrics::logRetainedBytes);
        gauge("distil.segments.bytes", "Bytes in data segments", StoreMetrics::segmentBytes);
        counter("distil.block.reads", "Blocks asked for", StoreMetrics::blockReads);
        counter("distil.block.misses", "Blocks read from the disk", StoreMetrics::blockMisses);
        gauge("distil.failed", "1 when the store only answers reads", m -> m.failed() ? 1 : 0);
    }

    private void bindWire() {
        wireGauge("distil.connections.open", "Connections now", WireServerMetrics::connectionsOpen);
        wireCounter("distil.connections", "Connections accepted", WireServerMetrics::connectionsAccepted);
        wireCounter("distil.frames.in", "Frames received", WireServerMetrics::framesIn);
        wireCounter("distil.frames.out", "Frames sent", WireServerMetrics::framesOut);
        wireCounter("distil.network.bytes.in", "Bytes received", WireServerMetrics::bytesIn);
        wireCounter("distil.network.bytes.out", "Bytes sent", WireServerMetrics::bytesOut);
        wireGauge("distil.reads.inflight", "Reads under way", WireServerMetrics::readsInFlight);
        wireGauge("distil.mutations.inflight", "Mutations under way", WireServerMetrics::mutationsInFlight);
        wireCounter(
                "distil.errors",
                "Answers that were errors",
                m -> m.errorsByCode().values().stream().mapToLong(Long::longValue).sum());
    }

    private void gauge(String name, String description, ToDoubleFunction<StoreMetrics> read) {
        Gauge.builder(name, store, s -> read.applyAsDouble(s.metrics())).description(description).register(registry);
    }

    private void counter(String name, String description, ToDoubleFunction<StoreMetrics> read) {
        FunctionCounter.builder(name, store, s -> read.applyAsDouble(s.metrics()))
                .description(description)
                .register(registry);
    }

    private void wireGauge(String name, String description, ToDoubleFunction<WireServerMetrics> read) {
        Gauge.builder(name, wire, w -> read.applyAsDouble(w.metrics())).description(description).register(registry);
    }

    private void wireCounter(String name, String description, ToDoubleFunction<WireServerMetrics> read) {
        FunctionCounter.builder(name, wire, w -> read.applyAsDouble(w.metrics()))
                .description(description)
                .register(registry);
    }
}
