package io.distil.replication.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.RandomTableHistory;
import io.distil.base.api.TableComparison;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// Tablets of a table on the move, beside a model without groups. `-Ddistil.seed=N` runs that seed alone.
class TablesPlacementSimulationTest {
    private static final String TABLE = "random/0";
    private static final List<String> TABLES = List.of(TABLE);
    private static final byte[] ANYWHERE = {1};

    @Test
    void aTableMovesWithAllItsVersionsAndWhoWatchesGoesOn() throws Exception {
        Random random = new Random(11);
        RandomTableHistory history = new RandomTableHistory(random, 1, 6);
        try (SimulatedCluster cluster = new SimulatedCluster(new Random(1), 3)) {
            TreeMap<byte[], TableRow> watched = TableComparison.noRows();
            Version seen = Version.ZERO;
            for (int round = 0; round < 8; round++) {
                fill(cluster, history, 60);
                SimulatedGroup owner = cluster.ownerOf(TABLE, ANYWHERE);
                try (TableWatch watch = owner.store().watch(TABLE, KeyRange.ALL, seen)) {
                    seen = TableComparison.follow(watch, watched, seen, Duration.ZERO);
                }
                fill(cluster, history, 10);
                long tablet = TabletSet.wholeSpaceId(TABLE);
                cluster.coordinator().beginMove(tablet, 1 + (round + 1) % 3, TABLES);
                cluster.finishPlacement();
                if (round % 3 == 2) {
                    cluster.crashGroups();
                }
                check(cluster, history, random, watched, seen);
            }
        }
    }

    private static void check(
            SimulatedCluster cluster,
            RandomTableHistory history,
            Random random,
            TreeMap<byte[], TableRow> watched,
            Version seen)
            throws Exception {
        SimulatedGroup owner = cluster.ownerOf(TABLE, ANYWHERE);
        for (int i = 0; i < 5; i++) {
            TableComparison.compare(owner.store(), cluster.model(), TABLE, history, random);
        }
        assertThat(owner.store().tables("")).extracting(info -> info.name()).containsExactly(TABLE);
        TreeMap<byte[], TableRow> resumed = new TreeMap<>(watched);
        try (TableWatch watch = owner.store().watch(TABLE, KeyRange.ALL, seen);
                TableSnapshot now = cluster.model().tableSnapshot(TABLE, VersionSelector.LATEST)) {
            TableComparison.follow(watch, resumed, seen, Duration.ZERO);
            assertThat(TableComparison.texts(resumed.values()))
                    .isEqualTo(TableComparison.texts(TableComparison.scan(now, KeyRange.ALL, false, 100)));
        }
    }

    private static void fill(SimulatedCluster cluster, RandomTableHistory history, int mutations) throws Exception {
        for (int i = 0; i < mutations; i++) {
            Mutation.OfTable mutation = history.next(cluster.model());
            // A table whose tablets are in other groups is neither dropped nor made anew.
            boolean isMade = mutation instanceof Mutation.CreateTable && !cluster.model().tables(TABLE).isEmpty();
            if (!isMade && !(mutation instanceof Mutation.DropTable)) {
                cluster.write(mutation, TABLE, ANYWHERE);
                cluster.finishWrites();
                cluster.advance(30_000_000);
            }
        }
    }

    /// The coordinator dies at every call it makes while a part of a table moves, before and after the call is done.
    @Test
    void aMoveOfAPartKilledAtAnyCallEndsInOneConsistentMap() throws Exception {
        int kills = 0;
        for (int call = 1; killedAt(call, true) | killedAt(call, false); call++) {
            kills++;
        }
        assertThat(kills).as("calls of a move").isGreaterThan(20);
    }

    private static boolean killedAt(int call, boolean before) throws Exception {
        try (SimulatedCluster cluster = new SimulatedCluster(new Random(call), 2)) {
            Random random = new Random(3);
            cluster.splitTables();
            cluster.write(new Mutation.CreateTable(TABLE), TABLE, ANYWHERE);
            cluster.finishWrites();
            write(cluster, random, 60);
            cluster.finishWrites();
            boolean wasKilled = false;
            cluster.killAtCall(call, before);
            try {
                cluster.coordinator().split(TabletSet.wholeSpaceId(TABLE), new byte[] {40}, TABLES);
                cluster.coordinator().beginMove(TabletSet.wholeSpaceId(TABLE), 2, TABLES);
                cluster.finishPlacement();
            } catch (SimulatedCluster.Killed e) {
                wasKilled = true;
            }
            cluster.neverKill();
            if (call % 4 == 1) {
                cluster.crashGroups();
            }
            cluster.startCoordinator();
            cluster.finishPlacement();
            write(cluster, random, 20);
            cluster.finishWrites();
            checkRows(cluster);
            return wasKilled;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("killed at call " + call + (before ? ", before it" : ", after it"), e);
        }
    }

    @Test
    void anyInterleavingOfWritesAndPlacementLosesAndDoublesNoRow() throws Exception {
        Long only = Long.getLong("distil.seed");
        long first = only != null ? only : System.nanoTime();
        int count = only != null ? 1 : 5;
        System.out.println("placement of tables: seeds " + first + " to " + (first + count - 1));
        for (long seed = first; seed < first + count; seed++) {
            try {
                interleave(new Random(seed));
            } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed + " fails: replay it with -Ddistil.seed=" + seed, e);
            }
        }
    }

    private static void interleave(Random random) throws Exception {
        try (SimulatedCluster cluster = new SimulatedCluster(random, 3)) {
            cluster.splitTables();
            cluster.write(new Mutation.CreateTable(TABLE), TABLE, ANYWHERE);
            cluster.finishWrites();
            for (int round = 0; round < 5; round++) {
                if (random.nextBoolean()) {
                    cluster.killAtCall(1 + random.nextInt(60), random.nextBoolean());
                }
                try {
                    for (int i = 0; i < 60; i++) {
                        write(cluster, random, random.nextInt(3));
                        if (random.nextInt(10) == 0) {
                            place(cluster, random);
                        }
                        if (random.nextInt(3) == 0) {
                            cluster.coordinator().step();
                        }
                        cluster.stepGroups();
                        cluster.takeAnswers();
                        cluster.advance(random.nextLong(200_000_000));
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
                checkRows(cluster);
            }
        }
    }

    private static void write(SimulatedCluster cluster, Random random, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            byte[] key = {(byte) random.nextInt(256), (byte) random.nextInt(4)};
            byte[] value = new byte[random.nextInt(300)];
            random.nextBytes(value);
            KeyWrite write = random.nextInt(4) == 0 ? KeyWrite.delete(key) : KeyWrite.set(key, value);
            cluster.write(new Mutation.WriteTable(TABLE, List.of(write)), TABLE, key);
            if (random.nextInt(12) == 0) {
                cluster.write(new Mutation.FlushTable(TABLE), TABLE, key);
            }
        }
    }

    private static void place(SimulatedCluster cluster, Random random) throws Exception {
        Coordinator coordinator = cluster.coordinator();
        List<ClusterMap.Tablet> tablets = tablets(cluster);
        ClusterMap.Tablet tablet = tablets.get(random.nextInt(tablets.size()));
        try {
            switch (random.nextInt(8)) {
                case 0, 1 -> coordinator.split(tablet.id(), new byte[] {(byte) random.nextInt(256)}, TABLES);
                case 2 -> coordinator.merge(tablet.id(), tablets.get(random.nextInt(tablets.size())).id(), TABLES);
                case 3 -> {
                    for (Move move : coordinator.map().moves()) {
                        coordinator.abortMove(move.id());
                    }
                }
                default -> coordinator.beginMove(tablet.id(), 1 + random.nextInt(3), TABLES);
            }
        } catch (Refused e) {
            // It did not fit.
        }
    }

    private static List<ClusterMap.Tablet> tablets(SimulatedCluster cluster) throws Exception {
        return cluster.coordinator().map().tablets(TABLES).stream()
                .filter(tablet -> tablet.space().equals(TABLE))
                .toList();
    }

    /// Tablet by tablet, as a client asks, each of the group that the map names.
    private static void checkRows(SimulatedCluster cluster) throws Exception {
        StringBuilder found = new StringBuilder();
        for (ClusterMap.Tablet tablet : tablets(cluster)) {
            SimulatedGroup owner = cluster.group(tablet.group());
            try (TableSnapshot rows = owner.store().tableSnapshot(TABLE, VersionSelector.LATEST, tablet.range())) {
                for (TableRow row : TableComparison.scan(rows, tablet.range(), false, 10)) {
                    found.append(text(row.key(), row.value()));
                }
            }
        }
        StringBuilder expected = new StringBuilder();
        cluster.rows().forEach((key, value) -> expected.append(text(key, value)));
        assertThat(found.toString()).isEqualTo(expected.toString());
    }

    private static String text(byte[] key, byte[] value) {
        return HexFormat.of().formatHex(key) + "=" + Arrays.hashCode(value) + "\n";
    }
}
