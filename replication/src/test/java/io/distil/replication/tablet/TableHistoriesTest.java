package io.distil.replication.tablet;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.RandomTableHistory;
import io.distil.base.api.TableComparison;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.segment.BlockStoreOptions;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/// Life stories of tables, stepped in one thread, each life ended by a power cut. The model applies what the store says it
/// applied, in the order of the log, flushes that the store decided on included.
class TableHistoriesTest {
    private static final int TABLE_COUNT = 2;
    private static final int BATCH_WRITES_MAX = 12;

    /// Time that passes only when it is told to.
    private static final class StepClock implements NanoClock {
        private long nanos = 1_700_000_000_000_000_000L;

        @Override
        public long epochNanos() {
            return nanos;
        }

        @Override
        public long monotonicNanos() {
            return nanos;
        }
    }

    /// What somebody who watches a table knows of it.
    private static final class Follower {
        private final TreeMap<byte[], TableRow> rows = TableComparison.noRows();
        private Version seen = Version.ZERO;
    }

    /// One life story.
    private static final class Story {
        private final Random random;
        private final StepClock clock = new StepClock();
        private final ModelStore model = new ModelStore();
        private final RandomTableHistory history;
        private final LocalStoreOptions options;
        private final Map<String, Follower> followers = new HashMap<>();
        private SimulatedDisk disk;
        private LocalStore store;
        private long modelPosition;
        private long sequence;
        private long acknowledged;

        Story(long seed) {
            random = new Random(seed);
            history = new RandomTableHistory(random, TABLE_COUNT, BATCH_WRITES_MAX);
            disk = new SimulatedDisk(random.nextLong());
            long idHigh = random.nextLong();
            options =
                    new LocalStoreOptions(
                            new StoreOptions(
                                    new BlockStoreOptions(1L << (12 + random.nextInt(10)), 1 << 20),
                                    512 << random.nextInt(5),
                                    () -> new UUID(idHigh, 1)),
                            new Journal.Options(1 << 20, 64 << 10),
                            PqmOptions.withBudget(1 << 20),
                            new TableOptions(
                                    1 << (8 + random.nextInt(8)),
                                    1_000_000_000L,
                                    1 << (14 + random.nextInt(4)),
                                    4 << 10,
                                    6 << 10,
                                    128 << random.nextInt(6)),
                            new TreeShape(7, 4),
                            0,
                            8 << 10,
                            500_000_000L,
                            128 << 10);
        }

        /// @return false if the power went meanwhile
        boolean start() throws IOException {
            try {
                store = LocalStore.open(disk, options, clock, LocalStore.Driving.STEPPED, this::applied);
            } catch (IOException e) {
                assertThat(disk.isPowered()).as("opening fails only for lack of power: %s", e).isFalse();
                return false;
            }
            assertThat(store.appliedThrough()).as("applied after a start").isEqualTo(modelPosition);
            return true;
        }

        private void applied(long position, Mutation mutation, Outcome outcome) {
            if (position <= modelPosition) {
                return;
            }
            assertThat(position).isEqualTo(modelPosition + 1);
            modelPosition = position;
            if (outcome == null) {
                return;
            }
            assertThat(model.submit(mutation).join().version())
                    .as("outcome of %s", mutation)
                    .isEqualTo(outcome.version());
            if (mutation instanceof Mutation.DropTable(String table)) {
                followers.remove(table);
            }
        }

        void work(int mutationCount) throws IOException {
            for (int left = mutationCount; left > 0 && disk.isPowered(); left--) {
                Mutation mutation = history.next(model);
                WriteTag tag = random.nextBoolean() ? WriteTag.NONE : new WriteTag(1, 1, ++sequence);
                store.submit(mutation, tag).thenAccept(_ -> acknowledged++);
                clock.nanos += random.nextLong(100_000_000);
                for (int steps = random.nextInt(10); steps > 0; steps--) {
                    store.step(random.nextInt(3) > 0);
                }
                if (random.nextInt(15) == 0) {
                    settle();
                }
                if (random.nextInt(30) == 0 && disk.isPowered()) {
                    compareAll();
                }
            }
            settle();
        }

        private void settle() {
            for (int i = 0; !store.isSettled(); i++) {
                store.step(random.nextInt(3) > 0);
                assertThat(i).as("the store comes to rest").isLessThan(100_000);
            }
        }

        void compareAll() throws IOException {
            assertThat(store.tables("").stream().map(table -> table.name() + " " + table.version()).toList())
                    .isEqualTo(model.tables("").stream().map(table -> table.name() + " " + table.version()).toList());
            for (TableInfo table : model.tables("")) {
                TableComparison.compare(store, model, table.name(), history, random);
                follow(table.name());
            }
        }

        /// Watching from where the last watcher ended, whatever happened since, gives what the log says.
        private void follow(String table) throws IOException {
            Follower follower = followers.computeIfAbsent(table, _ -> new Follower());
            try (TableWatch watch = store.watch(table, KeyRange.ALL, follower.seen);
                    TableSnapshot wanted = model.tableSnapshot(table, VersionSelector.LATEST)) {
                follower.seen = TableComparison.follow(watch, follower.rows, follower.seen, Duration.ZERO);
                assertThat(TableComparison.texts(follower.rows.values()))
                        .as("what a watcher knows of %s", table)
                        .isEqualTo(TableComparison.texts(TableComparison.scan(wanted, KeyRange.ALL, false, 1000)));
            }
        }

        void stop(boolean cutsPower) {
            SimulatedDisk found = cutsPower ? disk.crash() : null;
            try {
                store.close();
            } catch (IOException e) {
                if (disk.isPowered()) {
                    throw new AssertionError("closing fails only without power", e);
                }
            }
            disk = cutsPower ? found : disk.crash();
            assertThat(store.status().get("tables.buffer.bytes")).isEqualTo("0");
            assertThat(store.status().get("tables.history.bytes")).isEqualTo("0");
        }
    }

    @Test
    void whateverWasAcknowledgedIsThereAfterAPowerCutAtAnyOperation() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("TableHistoriesTest: -Ddistil.seed=" + seed);
        boolean wentThrough = false;
        for (int operation = 1; !wentThrough; operation++) {
            Story story = new Story(seed);
            story.disk.cutPowerAfter(operation);
            if (story.start()) {
                story.work(30);
                wentThrough = story.disk.isPowered();
                story.stop(true);
            } else {
                story.disk = story.disk.crash();
            }
            assertThat(story.start()).isTrue();
            story.compareAll();
            story.stop(false);
            assertThat(story.start()).isTrue();
            story.compareAll();
            story.stop(false);
        }
    }

    @Test
    void everyLifeGoesOnWhereTheOneBeforeEnded() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("TableHistoriesTest: -Ddistil.seed=" + seed);
        for (int story = 0; story < 12; story++) {
            live(seed + story);
        }
    }

    private static void live(long seed) throws IOException {
        Story story = new Story(seed);
        try {
            for (int life = 0; life < 4; life++) {
                while (!story.start()) {
                    story.disk = story.disk.crash();
                }
                story.compareAll();
                if (story.random.nextBoolean()) {
                    story.disk.cutPowerAfter(5 + story.random.nextInt(1500));
                }
                story.work(story.random.nextInt(150));
                story.stop(story.random.nextBoolean());
            }
            assertThat(story.start()).isTrue();
            story.compareAll();
            story.stop(false);
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("story of -Ddistil.seed=" + seed + " (first of its run)", e);
        }
    }
}
