package io.distil.integration.nemesis;

import io.distil.integration.nemesis.TestCluster.Node;

import java.io.IOException;
import java.util.List;
import java.util.Random;

/// Something that goes wrong with a cluster, and how it ends.
///
/// @param name short, for the choice on the command line
record Fault(String name, Injection injection) {
    /// Makes it go wrong.
    @FunctionalInterface
    interface Injection {
        Injected inject(TestCluster cluster, Random random) throws IOException, InterruptedException;
    }

    /// What is wrong now, for the log of a run.
    record Injected(String what, Ending ending) {}

    /// Makes it right again.
    @FunctionalInterface
    interface Ending {
        void end() throws IOException, InterruptedException;
    }

    static final Fault KILL_LEADER =
            new Fault(
                    "kill-leader",
                    (cluster, _) -> {
                        Node leader = cluster.leader();
                        leader.kill();
                        return new Injected("leader " + leader.name() + " is killed", cluster::startAll);
                    });

    static final Fault KILL_FOLLOWER =
            new Fault(
                    "kill-follower",
                    (cluster, random) -> {
                        Node follower = cluster.follower(random);
                        follower.kill();
                        return new Injected("follower " + follower.name() + " is killed", cluster::startAll);
                    });

    static final Fault KILL_ALL =
            new Fault(
                    "kill-all",
                    (cluster, _) -> {
                        for (Node node : cluster.running()) {
                            node.kill();
                        }
                        return new Injected("all are killed", cluster::startAll);
                    });

    static final Fault PAUSE_LEADER = new Fault("pause-leader", (cluster, _) -> pause(cluster.leader()));

    static final Fault PAUSE_FOLLOWER =
            new Fault("pause-follower", (cluster, random) -> pause(cluster.follower(random)));

    private static Injected pause(Node node) throws IOException {
        node.pause();
        return new Injected(node.name() + " is paused", node::resume);
    }

    static final Fault ISOLATE_LEADER =
            new Fault(
                    "isolate-leader",
                    (cluster, random) -> {
                        Node leader = cluster.leader();
                        cluster.network().isolate(leader.number);
                        return new Injected(
                                "leader " + leader.name() + " is cut off from the others", healing(cluster, random));
                    });

    static final Fault LEADER_IS_NOT_HEARD =
            new Fault(
                    "leader-not-heard",
                    (cluster, random) -> {
                        Node leader = cluster.leader();
                        for (Node other : cluster.nodes()) {
                            cluster.network().cutOneWay(leader.number, other.number);
                        }
                        return new Injected(
                                "nobody hears leader " + leader.name() + ", which hears all", healing(cluster, random));
                    });

    static final Fault LEADER_HEARS_NOTHING =
            new Fault(
                    "leader-hears-nothing",
                    (cluster, random) -> {
                        Node leader = cluster.leader();
                        for (Node other : cluster.nodes()) {
                            cluster.network().cutOneWay(other.number, leader.number);
                        }
                        return new Injected(
                                "leader " + leader.name() + " hears nobody, and all hear it", healing(cluster, random));
                    });

    static final Fault BRIDGE =
            new Fault(
                    "bridge",
                    (cluster, random) -> {
                        Node leader = cluster.leader();
                        Node follower = cluster.follower(random);
                        cluster.network().cut(leader.number, follower.number);
                        return new Injected(
                                leader.name()
                                        + ", the leader, and "
                                        + follower.name()
                                        + " only reach each other by others",
                                healing(cluster, random));
                    });

    static final Fault SLOW_LEADER =
            new Fault(
                    "slow-leader",
                    (cluster, random) -> {
                        Node leader = cluster.leader();
                        long millis = 20 + random.nextInt(500);
                        cluster.network().slow(leader.number, millis * 1_000_000);
                        return new Injected(
                                "leader " + leader.name() + " is " + millis + " ms away each way",
                                healing(cluster, random));
                    });

    static final Fault BREAK_CONNECTIONS =
            new Fault(
                    "break-connections",
                    (cluster, random) -> {
                        for (int i = 1 + random.nextInt(10); i > 0; i--) {
                            cluster.network().reset();
                            Thread.sleep(random.nextInt(100));
                        }
                        return new Injected("all connections among nodes broke, some times", () -> {});
                    });

    private static Ending healing(TestCluster cluster, Random random) {
        return random.nextBoolean() ? cluster.network()::heal : cluster.network()::healWithResets;
    }

    /// All that leave the members what they are.
    static final List<Fault> ALL =
            List.of(
                    KILL_LEADER,
                    KILL_FOLLOWER,
                    KILL_ALL,
                    PAUSE_LEADER,
                    PAUSE_FOLLOWER,
                    ISOLATE_LEADER,
                    LEADER_IS_NOT_HEARD,
                    LEADER_HEARS_NOTHING,
                    BRIDGE,
                    SLOW_LEADER,
                    BREAK_CONNECTIONS);
}
