package io.distil.integration.simulation;

import org.junit.jupiter.api.Test;

class DistillateSimulationTest {
    private static final int SEED_COUNT = Integer.getInteger("distil.seeds", 40);

    @Test
    void distillatesFollowTheirInputsThroughPowerCuts() throws Exception {
        Long pinned = Long.getLong("distil.seed");
        long first = pinned != null ? pinned : System.nanoTime() & 0xffff_ffffL;
        int count = pinned != null ? 1 : SEED_COUNT;
        System.out.println("DistillateSimulationTest: " + count + " seeds from -Ddistil.seed=" + first);
        for (int i = 0; i < count; i++) {
            new DistillateSimulation(first + i).run();
        }
    }
}
