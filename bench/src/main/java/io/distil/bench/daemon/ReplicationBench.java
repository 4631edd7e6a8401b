package io.distil.bench.daemon;

import io.distil.bench.daemon.ReplicatedLoad.Commits;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.Rows;
import io.distil.wire.client.ClusterClient;
import io.distil.wire.client.ClusterClientOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// `distil bench replication`: what three replicas on one machine take (F11), beside one node, etcd, and the file store that
/// Ratis brings as an example, in one run and on the same disk.
@Command(
        name = "replication",
        sortOptions = false,
        descriptionHeading = "%n",
        optionListHeading = "%n",
        abbreviateSynopsis = true,
        description = "Three nodes on this machine, beside one, beside etcd and Ratis' example.")
final class ReplicationBench implements Callable<Integer> {
    private static final int FILE_BYTES = 4096;
    private static final int FILE_COUNT = 300;

    private final CommandContext context;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long each load lasts; default 10, after half of that to warm up.")
    private long seconds;

    @Option(
            names = "--ratis-examples",
            paramLabel = "JAR",
            description = "The jar org.apache.ratis:ratis-examples; without it, that file store is left out.")
    private Path ratisExamples;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where directories are made, and deleted at the end; default the temporary one.")
    private Path data = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    /// Of one cluster, or one node.
    private record Figures(Commits commits, double pointsPerSecond, double objectBytesPerSecond) {}

    ReplicationBench(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        Figures three = measure(3, nanos);
        Figures one = measure(1, nanos);
        Optional<Path> etcd = EtcdCluster.program();
        Commits peer = null;
        if (etcd.isPresent()) {
            remark("three nodes of etcd");
            try (EtcdCluster cluster = EtcdCluster.start(etcd.get(), data)) {
                cluster.commits(nanos / 2);
                peer = cluster.commits(nanos);
            }
        } else {
            remark("no etcd on the path: install Debian's package etcd-server to compare with it");
        }
        try (Rows rows = Rows.of(context.out(), json)) {
            print(rows, "3 nodes", three);
            print(rows, "1 node", one);
            if (peer != null) {
                print(rows, "etcd, 3 nodes", peer);
                rows.end();
            }
        }
        printRatios(three, one, peer);
        measureFileStore();
        return Distil.DONE;
    }

    private Figures measure(int nodeCount, long nanos) throws IOException {
        remark("starting " + nodeCount + (nodeCount == 1 ? " daemon" : " daemons"));
        try (Nodes nodes = Nodes.start(data, nodeCount);
                ClusterClient client =
                        ClusterClient.connect(nodes.addresses(), ClusterClientOptions.DEFAULT.withName("bench"))) {
            remark("loading");
            ReplicatedLoad warm = new ReplicatedLoad(client, nanos / 2);
            warm.commits();
            warm.points();
            warm.objects();
            ReplicatedLoad load = new ReplicatedLoad(client, nanos);
            return new Figures(load.commits(), load.points(), load.objects());
        }
    }

    private void print(Rows rows, String what, Figures figures) throws IOException {
        print(rows, what, figures.commits());
        rows.rounded("points_per_s", DaemonBench.rounded(figures.pointsPerSecond()))
                .rounded("object_mb_per_s", DaemonBench.rounded(figures.objectBytesPerSecond() / 1e6));
        rows.end();
    }

    private static void print(Rows rows, String what, Commits commits) {
        rows.text("replication", what)
                .rounded("commits_per_s", DaemonBench.rounded(commits.perSecond()))
                .rounded("p50_us", DaemonBench.rounded(commits.nanos().getValueAtPercentile(50) / 1e3))
                .rounded("p99_us", DaemonBench.rounded(commits.nanos().getValueAtPercentile(99) / 1e3));
    }

    private void printRatios(Figures three, Figures one, Commits etcd) throws IOException {
        try (Rows rows = Rows.of(context.out(), json)) {
            rows.text("ratio", "3 nodes to 1")
                    .rounded("commits", DaemonBench.rounded(three.commits().perSecond() / one.commits().perSecond()))
                    .rounded("points", DaemonBench.rounded(three.pointsPerSecond() / one.pointsPerSecond()))
                    .rounded("objects", DaemonBench.rounded(three.objectBytesPerSecond() / one.objectBytesPerSecond()));
            rows.end();
            if (etcd != null) {
                rows.text("ratio", "3 nodes to etcd")
                        .rounded("commits", DaemonBench.rounded(three.commits().perSecond() / etcd.perSecond()));
                rows.end();
            }
        }
    }

    private void measureFileStore() throws IOException {
        if (ratisExamples == null) {
            return;
        }
        remark("three servers of Ratis' file store");
        try (RatisFileStore store = RatisFileStore.start(ratisExamples, data);
                Rows rows = Rows.of(context.out(), json)) {
            double files = store.filesPerSecond(FILE_COUNT, FILE_BYTES);
            rows.text("peer", "Ratis' file store, files of 4 KiB").rounded("files_per_s", DaemonBench.rounded(files));
            rows.end();
        }
    }

    private void remark(String sentence) {
        context.err().println("bench: " + sentence);
    }
}
