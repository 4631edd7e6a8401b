package io.distil.replication.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Mutation;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.StreamKey;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Splits, merges and moves of tablets of streams, while clients write, coordinators die and groups lose power; beside a
/// model without groups. `-Ddistil.seed=N` runs that seed alone.
class PlacementSimulationTest {
    private static final int STREAM_COUNT = 4;
    private static final int SEED_COUNT = 4;
    private static final List<String> NO_TABLES = List.of();

    private long[] offHeapBefore;

    @BeforeEach
    void countMemory() {
        offHeapBefore = offHeapBytes();
    }

    @AfterEach
    void nothingIsLeftOffTheHeap() {
        assertThat(offHeapBytes()).as("off-heap bytes by owner").isEqualTo(offHeapBefore);
    }

    private static long[] offHeapBytes() {
        return Arrays.stream(MemoryOwner.values()).mapToLong(OffHeap::bytes).toArray();
    }

    @Test
    void aTabletMovesToAnotherGroupWithAllItsVersions() throws Exception {
        try (SimulatedCluster cluster = new SimulatedCluster(new Random(1), 2);
                RandomHistory history = new RandomHistory(new Random(2), STREAM_COUNT, 60, false)) {
            fill(cluster, history, 60);
            cluster.coordinator().beginMove(1, 2, NO_TABLES);
            cluster.finishPlacement();
            assertThat(cluster.coordinator().map().tablets(NO_TABLES))
                    .singleElement()
                    .satisfies(tablet -> assertThat(tablet.group()).isEqualTo(2));
            cluster.checkEverything();
            fill(cluster, history, 40);
            cluster.checkEverything();
            cluster.coordinator().beginMove(1, 1, NO_TABLES);
            cluster.finishPlacement();
            cluster.checkEverything();
            cluster.crashGroups();
            cluster.checkEverything();
        }
    }

    /// The coordinator dies at every call it makes, before and after the call is done, and sometimes the groups with it.
    @Test
    void aMoveKilledAtAnyCallEndsInOneConsistentMap() throws Exception {
        int kills = 0;
        for (int call = 1; ; call++) {
            boolean wasKilled = false;
            for (boolean before : new boolean[] {true, false}) {
                wasKilled |= moveKilledAt(call, before);
            }
            if (!wasKilled) {
                break;
            }
            kills++;
        }
        assertThat(kills).as("calls of a move").isGreaterThan(20);
    }

    private boolean moveKilledAt(int call, boolean before) throws Exception {
        try (SimulatedCluster cluster = new SimulatedCluster(new Random(call), 2);
                RandomHistory history = new RandomHistory(new Random(5), STREAM_COUNT, 30, false)) {
            fill(cluster, history, 12);
            StreamId middle = history.streams().stream().sorted().toList().get(STREAM_COUNT / 2);
            boolean wasKilled = false;
            cluster.killAtCall(call, before);
            try {
                cluster.coordinator().split(1, StreamKey.first(middle), NO_TABLES);
                cluster.coordinator().beginMove(1, 2, NO_TABLES);
                cluster.finishPlacement();
            } catch (SimulatedCluster.Killed e) {
                wasKilled = true;
            }
            cluster.neverKill();
            cluster.checkNoKeyHasTwoOwners();
            if (call % 3 == 0) {
                cluster.crashGroups();
            }
            cluster.startCoordinator();
            cluster.finishPlacement();
            cluster.checkEverything();
            fill(cluster, history, 4);
            cluster.checkEverything();
            return wasKilled;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("killed at call " + call + (before ? ", before it" : ", after it"), e);
        }
    }

    private static void fill(SimulatedCluster cluster, RandomHistory history, int mutations) throws Exception {
        for (Mutation creation : history.creationsOfMissing(cluster.model())) {
            cluster.write(creation, ((Mutation.Create) creation).descriptor().id());
        }
        cluster.finishWrites();
        for (int i = 0; i < mutations; i++) {
            write(cluster, history);
            cluster.finishWrites();
            cluster.advance(50_000_000);
        }
    }

    private static void write(SimulatedCluster cluster, RandomHistory history) throws Exception {
        Mutation mutation = history.next(cluster.model());
        StreamId stream =
                switch (mutation) {
                    case Mutation.Insert m -> m.stream();
                    case Mutation.Flush m -> m.stream();
                    case Mutation.Delete m -> m.stream();
                    case Mutation.DeleteUncommitted m -> m.stream();
                    case Mutation.Annotate m -> m.stream();
                    case Mutation.Obliterate m -> m.stream();
                    case Mutation.Create m -> m.descriptor().id();
                    case Mutation.Atomic m -> m.replacements().getFirst().stream();
                    default -> throw new AssertionError("" + mutation);
                };
        // Records are the root group's alone, and this one is not what is being tested.
        cluster.write(
                mutation instanceof Mutation.Atomic m ? new Mutation.Atomic(m.replacements(), List.of()) : mutation,
                stream);
    }

    @Test
    void anyInterleavingOfWritesAndPlacementLosesAndDoublesNothing() throws Exception {
        Long only = Long.getLong("distil.seed");
        long first = only != null ? only : System.nanoTime();
        int count = only != null ? 1 : SEED_COUNT;
        System.out.println("placement simulation: seeds " + first + " to " + (first + count - 1));
        for (long seed = first; seed < first + count; seed++) {
            try {
                interleave(new Random(seed));
            } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed + " fails: replay it with -Ddistil.seed=" + seed, e);
            }
        }
    }

    private static void interleave(Random random) throws Exception {
        try (SimulatedCluster cluster = new SimulatedCluster(random, 3);
                RandomHistory history = new RandomHistory(random, STREAM_COUNT, 40, false).obliterating()) {
            fill(cluster, history, 5);
            for (int round = 0; round < 4; round++) {
                if (random.nextBoolean()) {
                    cluster.killAtCall(1 + random.nextInt(60), random.nextBoolean());
                }
                try {
                    for (int i = 0; i < 60; i++) {
                        if (random.nextInt(2) == 0) {
                            write(cluster, history);
                        }
                        if (random.nextInt(12) == 0) {
                            place(cluster, history, random);
                        }
                        if (random.nextInt(3) == 0) {
                            cluster.coordinator().step();
                        }
                        cluster.stepGroups();
                        cluster.takeAnswers();
                        cluster.advance(random.nextLong(200_000_000));
                        if (i % 10 == 0) {
                            cluster.checkNoKeyHasTwoOwners();
                        }
                    }
                } catch (SimulatedCluster.Killed e) {
                    cluster.startCoordinator();
                }
                cluster.neverKill();
                if (random.nextInt(3) == 0) {
                    cluster.crashGroups();
                }
                cluster.finishPlacement();
                cluster.finishWrites();
                cluster.checkEverything();
            }
        }
    }

    /// One thing that an operator might do; it may be refused.
    private static void place(SimulatedCluster cluster, RandomHistory history, Random random) throws Exception {
        Coordinator coordinator = cluster.coordinator();
        List<ClusterMap.Tablet> tablets = coordinator.map().tablets(NO_TABLES);
        ClusterMap.Tablet tablet = tablets.get(random.nextInt(tablets.size()));
        StreamId stream = history.streams().get(random.nextInt(STREAM_COUNT));
        try {
            switch (random.nextInt(8)) {
                case 0, 1 -> coordinator.split(tablet.id(), StreamKey.first(stream), NO_TABLES);
                case 2 -> coordinator.merge(tablet.id(), tablets.get(random.nextInt(tablets.size())).id(), NO_TABLES);
                case 3 -> {
                    for (Move move : coordinator.map().moves()) {
                        coordinator.abortMove(move.id());
                    }
                }
                case 4 -> coordinator.reconcile(List.of(1, 2, 3));
                default -> coordinator.beginMove(tablet.id(), 1 + random.nextInt(3), NO_TABLES);
            }
        } catch (Refused e) {
            // It did not fit.
        }
    }
}
