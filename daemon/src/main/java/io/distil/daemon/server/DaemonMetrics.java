package io.distil.daemon.server;

import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
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

import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/// Everything the daemon counts, in Prometheus text. Nothing is counted here: meters read what store and server count.
final class DaemonMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HostedNode node;
    private final WireServer wire;
    private final Set<Integer> boundGroups = new TreeSet<>();
    private final GroupGauges groups = new GroupGauges(registry);

    DaemonMetrics(HostedNode node, WireServer wire) {
        this.node = node;
        this.wire = wire;
        for (MemoryOwner owner : MemoryOwner.values()) {
            Gauge.builder("distil.offheap.bytes", owner, OffHeap::bytes)
                    .tag("owner", owner.label())
                    .description("Memory outside the Java heap, by its owner")
                    .register(registry);
        }
        bindWire();
        Gauge.builder("distil.network.transport", () -> 1)
                .tag("transport", wire.transport())
                .description("Which transport to the network was chosen; always 1")
                .register(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmGcMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /// Groups may have come since the last time.
    synchronized String text() {
        for (int group : node.metrics().keySet()) {
            if (boundGroups.add(group)) {
                bindStore(group);
            }
        }
        groups.update(node.states());
        return registry.scrape();
    }

    private void bindStore(int group) {
        Gauge.builder("distil.disk.path", () -> 1)
                .tags(node.tags(group))
                .tag("path", node.status().getOrDefault("disk.path", ""))
                .description("Which path to the disk was chosen; always 1")
                .register(registry);
        gauge(group, "distil.streams", "Streams there are", StoreMetrics::streams);
        counter(group, "distil.mutations", "Mutations applied", StoreMetrics::mutations);
        counter(group, "distil.points", "Points inserted", StoreMetrics::points);
        counter(group, "distil.refused", "Mutations refused", StoreMetrics::refused);
        counter(group, "distil.commits", "Trees built", StoreMetrics::commits);
        counter(group, "distil.checkpoints", "Checkpoints taken", StoreMetrics::checkpoints);
        gauge(group, "distil.pqm.bytes", "Points not yet in a tree", StoreMetrics::bufferedBytes);
        gauge(
                group,
                "distil.log.retained.bytes",
                "Log to be replayed after a crash now",
                StoreMetrics::logRetainedBytes);
        gauge(group, "distil.segments.bytes", "Bytes in data segments", StoreMetrics::segmentBytes);
        counter(group, "distil.block.reads", "Blocks asked for", StoreMetrics::blockReads);
        counter(group, "distil.block.misses", "Blocks read from the disk", StoreMetrics::blockMisses);
        gauge(group, "distil.failed", "1 when the store only answers reads", m -> m.failed() ? 1 : 0);
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

    private void gauge(int group, String name, String description, ToDoubleFunction<StoreMetrics> read) {
        Gauge.builder(name, node, n -> read(n, group, read))
                .tags(node.tags(group))
                .description(description)
                .register(registry);
    }

    private void counter(int group, String name, String description, ToDoubleFunction<StoreMetrics> read) {
        FunctionCounter.builder(name, node, n -> read(n, group, read))
                .tags(node.tags(group))
                .description(description)
                .register(registry);
    }

    /// A group that this node has left counts nothing any more.
    private static double read(HostedNode node, int group, ToDoubleFunction<StoreMetrics> read) {
        StoreMetrics metrics = node.metrics().get(group);
        return metrics == null ? Double.NaN : read.applyAsDouble(metrics);
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
