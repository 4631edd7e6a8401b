package io.distil.integration.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.api.ClusterAdmin.Operation;
import io.distil.integration.nemesis.TestCluster.Node;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// Three real daemons, one fault after the other, and clients that write down what they see. Each test ends with the same
/// questions: is there an order of all answers, is everything there that was acknowledged, is nothing there that was
/// refused, did a watcher hear every change, are the replicas equal.
///
/// Longer, and at random: `./distil fault-test`.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterFaultsTest {
    /// The longest election time-out.
    private static final long ELECTION_MILLIS = 2_000;

    private static final int BUSY_MACHINE = 4;

    private static final long SEED = Long.getLong("distil.seed", System.nanoTime());

    @TempDir static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("cluster faults: -Ddistil.seed=" + SEED);
        cluster = new TestCluster(directory, 3, 4, new Random(SEED));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    private static FaultRun run(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();
        return FaultRun.start(cluster, name, SEED, line -> System.out.println(name + ": " + line));
    }

    private static void isDecided(FaultRun run) throws Exception {
        List<String> verdicts = run.conclude();
        assertThat(verdicts).noneMatch(verdict -> verdict.contains("UNDECIDED"));
    }

    @Test
    @Order(2)
    void aLeaderThatIsKilledTakesNothingAcknowledgedWithIt(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            for (int i = 0; i < 2; i++) {
                Fault.Injected killed = run.inject(Fault.KILL_LEADER);
                assertThat(run.awaitWrite()).isLessThan(3 * ELECTION_MILLIS * BUSY_MACHINE);
                run.end(killed);
                Thread.sleep(1_000);
            }
            isDecided(run);
        }
    }

    @Test
    @Order(3)
    void allKilledAtOnceKeepEverythingAcknowledged(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            for (int i = 0; i < 2; i++) {
                run.suffer(Fault.KILL_ALL, 0);
                run.awaitProgress();
                Thread.sleep(1_000);
            }
            isDecided(run);
        }
    }

    @Test
    @Order(16)
    void aLeaderCutOffAcknowledgesNothingAndTheOthersGoOn(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            Fault.Injected cut = run.inject(Fault.ISOLATE_LEADER);
            assertThat(run.awaitWrite()).isLessThan(3 * ELECTION_MILLIS * BUSY_MACHINE);
            Thread.sleep(2_000);
            run.end(cut);
            isDecided(run);
        }
    }

    @Test
    @Order(17)
    void aOneWayPartitionSplitsNothing(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            run.suffer(Fault.LEADER_IS_NOT_HEARD, 4_000);
            run.awaitWrite();
            run.suffer(Fault.LEADER_HEARS_NOTHING, 4_000);
            run.awaitWrite();
            isDecided(run);
        }
    }

    @Test
    @Order(18)
    void aBridgeBetweenTwoHalvesSplitsNothing(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            run.suffer(Fault.BRIDGE, 5_000);
            run.awaitWrite();
            isDecided(run);
        }
    }

    @Test
    @Order(19)
    void slowAndBrokenConnectionsRepeatNothing(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            run.suffer(Fault.BREAK_CONNECTIONS, 500);
            run.suffer(Fault.SLOW_LEADER, 3_000);
            run.suffer(Fault.BREAK_CONNECTIONS, 500);
            isDecided(run);
        }
    }

    @Test
    @Order(20)
    void processesThatStandStillComeBackBehindTheTimes(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            Fault.Injected paused = run.inject(Fault.PAUSE_LEADER);
            run.awaitWrite();
            Thread.sleep(1_000);
            run.end(paused);
            run.suffer(Fault.PAUSE_FOLLOWER, 2_000);
            isDecided(run);
        }
    }

    @Test
    @Order(21)
    void membersComeAndGoWhileTheLeaderIsKilled(TestInfo test) throws Exception {
        Node fourth = cluster.node(4);
        try (FaultRun run = run(test)) {
            fourth.start(cluster.nodes().subList(0, 3));
            run.suffer(Fault.KILL_LEADER, 1_000);
            cluster.awaitWell();
            TestCluster.await(
                    "n4 to leave",
                    () -> {
                        cluster.administrator().run(new Operation.Leave(fourth.name()), System.out::println);
                        return true;
                    });
            fourth.kill();
            fourth.wipe();
            isDecided(run);
        }
    }

    @Test
    @Order(22)
    void aWipedNodeComesBackWithoutItsVoteAndGetsEverything(TestInfo test) throws Exception {
        try (FaultRun run = run(test)) {
            Node follower = cluster.follower(run.random());
            follower.kill();
            follower.wipe();
            run.awaitWrite();
            follower.start(cluster.nodes().subList(0, 3));
            run.suffer(Fault.KILL_LEADER, 1_000);
            isDecided(run);
        }
    }
}
