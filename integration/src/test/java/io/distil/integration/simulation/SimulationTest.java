package io.distil.integration.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int SEED_COUNT = 200;

    /// `-Ddistil.seed=N` runs that seed alone. More of them: `./distil simulate --seeds N`.
    @Test
    void nothingAcknowledgedIsLostInAnyOfManyLives() throws Exception {
        Long only = Long.getLong("distil.seed");
        long first = only != null ? only : System.currentTimeMillis();
        int count = only != null ? 1 : SEED_COUNT;
        System.out.println("simulation: seeds " + first + " to " + (first + count - 1));
        long checkpoints = 0;
        long commits = 0;
        for (int i = 0; i < count; i++) {
            Simulation.Report report = new Simulation(first + i).run();
            checkpoints += report.checkpoints();
            commits += report.commits();
        }
        if (only == null) {
            assertThat(commits).as("commits over all seeds").isGreaterThan(count);
            assertThat(checkpoints).as("checkpoints over all seeds").isGreaterThan(count);
        }
    }

    @Test
    void aSeedReplaysExactly() throws Exception {
        assertThat(new Simulation(42).run()).isEqualTo(new Simulation(42).run());
    }
}
