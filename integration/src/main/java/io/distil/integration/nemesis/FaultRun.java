package io.distil.integration.nemesis;

import io.distil.base.NanoClock;
import io.distil.base.api.Durability;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.integration.history.AcknowledgedWorkload;
import io.distil.integration.history.BankWorkload;
import io.distil.integration.history.Clients;
import io.distil.integration.history.Linearizability;
import io.distil.integration.history.RegisterWorkload;
import io.distil.integration.history.WatchWorkload;
import io.distil.integration.history.Workload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Clients at work on a cluster while faults come and go, and the verdicts at the end. One owner thread.
public final class FaultRun implements AutoCloseable {
    private static final int CLIENTS_OF_EACH = 3;

    /// Many election timeouts on a busy machine.
    private static final long PROGRESS_NANOS_MAX = 90_000_000_000L;

    private final TestCluster cluster;
    private final String name;
    private final Random random;
    private final Consumer<String> out;
    private final long beganNanos = NanoClock.SYSTEM.monotonicNanos();
    private final List<Workload> workloads;
    private final Clients clients;

    /// Prepares all workloads and sets their clients to work.
    ///
    /// @param name tells this run's tables from those of others on the same cluster
    /// @param out told what happens, in sentences
    public static FaultRun start(TestCluster cluster, String name, long seed, Consumer<String> out)
            throws IOException, InterruptedException {
        List<Workload> workloads =
                List.of(
                        new RegisterWorkload(name, Linearizability.Limits.DEFAULT),
                        new BankWorkload(name, Linearizability.Limits.DEFAULT),
                        new WatchWorkload(name),
                        new AcknowledgedWorkload(name, Durability.LEADER),
                        new AcknowledgedWorkload(name, Durability.MAJORITY),
                        new AcknowledgedWorkload(name, Durability.ALL));
        return new FaultRun(cluster, name, workloads, seed, out);
    }

    private FaultRun(TestCluster cluster, String name, List<Workload> workloads, long seed, Consumer<String> out)
            throws IOException, InterruptedException {
        this.cluster = cluster;
        this.name = name;
        this.workloads = workloads;
        this.random = new Random(seed);
        this.out = out;
        for (Workload workload : workloads) {
            workload.prepare(cluster.administrator());
        }
        clients = new Clients(workloads, CLIENTS_OF_EACH, _ -> cluster.connect(), seed);
        clients.awaitProgress(PROGRESS_NANOS_MAX);
    }

    Random random() {
        return random;
    }

    /// Lets a fault happen for a while, and ends it.
    void suffer(Fault fault, long millis) throws IOException, InterruptedException {
        Fault.Injected injected = inject(fault);
        Thread.sleep(millis);
        end(injected);
    }

    Fault.Injected inject(Fault fault) throws IOException, InterruptedException {
        Fault.Injected injected = fault.injection().inject(cluster, random);
        say(injected.what());
        return injected;
    }

    void end(Fault.Injected injected) throws IOException, InterruptedException {
        injected.ending().end();
        say("that is over: " + injected.what());
    }

    /// Waits until some client gets something done again.
    ///
    /// @return milliseconds that took
    long awaitProgress() throws InterruptedException {
        long millis = clients.awaitProgress(PROGRESS_NANOS_MAX) / 1_000_000;
        say("clients get something done after " + millis + " ms");
        return millis;
    }

    /// Waits until a write of the test's own is acknowledged by a majority.
    ///
    /// @return milliseconds that took
    long awaitWrite() throws InterruptedException {
        long began = NanoClock.SYSTEM.monotonicNanos();
        Mutation flush = new Mutation.FlushTable(RegisterWorkload.table(name));
        TestCluster.await("a write", () -> cluster.administrator().submit(flush).get(10, TimeUnit.SECONDS));
        long millis = (NanoClock.SYSTEM.monotonicNanos() - began) / 1_000_000;
        say("a write is acknowledged after " + millis + " ms");
        return millis;
    }

    /// Random faults, one after the other.
    public void sufferRandomly(List<Fault> faults, long nanos) throws IOException, InterruptedException {
        long end = NanoClock.SYSTEM.monotonicNanos() + nanos;
        while (NanoClock.SYSTEM.monotonicNanos() < end) {
            suffer(faults.get(random.nextInt(faults.size())), 500 + random.nextInt(6_000));
            Thread.sleep(random.nextInt(4_000));
        }
    }

    /// Ends everything and judges.
    ///
    /// @return sentences
    /// @throws AssertionError if anything contradicts; the data of the cluster is still there
    public List<String> conclude() throws IOException, InterruptedException {
        cluster.network().heal();
        cluster.startAll();
        cluster.awaitWell();
        awaitProgress();
        clients.stop();
        say(clients.stepsDone() + " steps were done");
        List<String> verdicts = new ArrayList<>();
        try (Store store = cluster.connect()) {
            for (Workload workload : workloads) {
                verdicts.add(workload.check(store));
                out.accept("  " + verdicts.getLast());
            }
        }
        verdicts.add(Replicas.compare(cluster));
        out.accept("  " + verdicts.getLast());
        return verdicts;
    }

    private void say(String what) {
        out.accept("%7.2f s  %s".formatted((NanoClock.SYSTEM.monotonicNanos() - beganNanos) / 1e9, what));
    }

    @Override
    public void close() {
        clients.close();
    }
}
