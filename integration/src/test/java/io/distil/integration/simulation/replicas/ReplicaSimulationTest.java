package io.distil.integration.simulation.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.Set;

class ReplicaSimulationTest {
    private static final int SEED_COUNT = 15;

    /// A broken rule must be found within so many seeds; figures in `docs/faults.md`.
    private static final int SEEDS_TO_FIND_MAX = 100;

    /// `-Ddistil.seed=N` runs that seed alone. More of them: `./distil simulate --replicas 3 --seeds N`.
    @Test
    void replicasStayEqualAndKeepTheirPromises() throws Exception {
        Long only = Long.getLong("distil.seed");
        long first = only != null ? only : System.currentTimeMillis();
        int count = only != null ? 1 : SEED_COUNT;
        System.out.println("simulation of replicas: seeds " + first + " to " + (first + count - 1));
        long reverted = 0;
        for (int i = 0; i < count; i++) {
            ReplicaSimulation.Report report = new ReplicaSimulation(first + i, 3).run();
            reverted += report.reverted();
        }
        if (only == null) {
            assertThat(reverted).as("writes reverted over all seeds").isPositive();
        }
    }

    @Test
    void fiveReplicasDoToo() throws Exception {
        new ReplicaSimulation(System.currentTimeMillis(), 5).run();
    }

    @Test
    void aSeedReplaysExactly() throws Exception {
        assertThat(new ReplicaSimulation(42, 3).run()).isEqualTo(new ReplicaSimulation(42, 3).run());
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void aModelOfRaftThatBreaksARuleIsFound(Rule broken) throws IOException {
        for (int seed = 1; seed <= SEEDS_TO_FIND_MAX; seed++) {
            try {
                new ReplicaSimulation(seed, 3, Set.of(broken)).run();
            } catch (AssertionError e) {
                System.out.println(broken + " broken: found by seed " + seed + ": " + e.getCause());
                return;
            }
        }
        fail("nobody notices that " + broken + " is not kept");
    }
}
