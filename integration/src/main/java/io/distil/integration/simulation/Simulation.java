package io.distil.integration.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.BrokenInvariant;
import io.distil.base.StreamId;
import io.distil.base.api.LogPosition;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.segment.BlockStoreOptions;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// One life story of a store, from one seed: several lives, each ended by a power cut at a random operation of the disk.
///
/// The model applies each mutation when the store says that it applied it, in the order of the log; so it knows of flushes
/// the store decided on by itself, and what a restart finds in the log beyond what was acknowledged. After each start:
///
/// - the store has applied at least everything it ever acknowledged;
/// - every stream, at its present and at older versions, answers every kind of question as the model does;
/// - a mutation repeated under its old tag changes nothing and gets its old answer.
public final class Simulation {
    /// What a run did, for people.
    public record Report(long seed, int lives, long mutations, long commits, long checkpoints, long refused) {}

    private static final int LIVES = 4;
    private static final int MUTATIONS_PER_LIFE_MAX = 120;
    private static final int STREAM_COUNT = 3;
    private static final int BATCH_POINTS_MAX = 60;

    /// So many of the last answers are open to repetition; far fewer than a session remembers.
    private static final int REPEATED_OF_LAST = 20;

    private record Answered(Mutation mutation, WriteTag tag, Outcome outcome) {}

    private final long seed;
    private final Random random;
    private final SimulatedClock clock = new SimulatedClock();
    private final ModelStore model = new ModelStore();
    private final LocalStoreOptions options;
    private final List<Answered> answered = new ArrayList<>();

    /// What the model showed at versions now and then, minor ones too, to ask later what changed since.
    private final List<StreamSnapshot> remembered = new ArrayList<>();

    private SimulatedDisk disk;
    private LocalStore store;

    /// Whether a repetition may be on its way: its entry has no effect, though the model would give it one.
    private boolean repeated;

    private long modelPosition;
    private long sequence;
    private long refused;
    private long commits;
    private long checkpoints;

    public Simulation(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.disk = new SimulatedDisk(random.nextLong());
        this.options = smallOptions(random);
    }

    /// Small sizes, so that little data crosses many boundaries; drawn anew for each seed, because they must not matter.
    public static LocalStoreOptions smallOptions(Random random) {
        long idHigh = random.nextLong();
        StoreOptions storeOptions =
                new StoreOptions(
                        new BlockStoreOptions(1L << (12 + random.nextInt(10)), 1 << 20),
                        512 << random.nextInt(5),
                        () -> new UUID(idHigh, 1));
        PqmOptions pqmOptions =
                new PqmOptions(40 + random.nextInt(400), 2_000_000_000L, 1 << 20, 1 << 18, 1 << 17, 4 << 10, 16 << 10);
        return new LocalStoreOptions(
                storeOptions,
                new Journal.Options(64 << 10, 8 << 10),
                pqmOptions,
                new TableOptions(1 << 10, 2_000_000_000L, 1 << 20, 4 << 10, 16 << 10, 256 << random.nextInt(4)),
                new TreeShape(2 + random.nextInt(40), 4 + random.nextInt(12)),
                0,
                16 << 10,
                1_000_000_000L,
                256 << 10);
    }

    /// Runs to the end.
    ///
    /// @throws AssertionError if the store and the model disagree; the message names the seed
    public Report run() throws IOException {
        long[] before = offHeapBytes();
        try (RandomHistory history = new RandomHistory(random, STREAM_COUNT, BATCH_POINTS_MAX, true).obliterating()) {
            for (int life = 0; life < LIVES; life++) {
                live(history, life);
            }
            start();
            createMissing(history);
            checkEverything(history);
            store.close();
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("seed " + seed + " fails: replay it with ./distil simulate --seed " + seed, e);
        }
        assertThat(offHeapBytes()).as("off-heap bytes by owner").isEqualTo(before);
        return new Report(seed, LIVES, modelPosition, commits, checkpoints, refused);
    }

    private void live(RandomHistory history, int life) throws IOException {
        boolean ended = false;
        while (!ended) {
            if (random.nextInt(6) == 0) {
                // The power may go while the store is being opened, too.
                disk.cutPowerAfter(random.nextInt(30));
            }
            try {
                start();
                ended = true;
            } catch (IOException e) {
                assertThat(disk.isPowered()).as("opening fails only for lack of power: %s", e).isFalse();
                disk = disk.crash();
            }
        }
        if (disk.isPowered()) {
            disk.cutPowerAfter(5 + random.nextInt(1200));
        }
        createMissing(history);
        if (life > 0 && disk.isPowered()) {
            checkEverything(history);
            repeatAnOldMutation();
        }
        if (createMissing(history)) {
            breakTheDisk();
            work(history);
        }
        stop();
    }

    /// Creates the streams that are gone, or that an earlier power cut kept from being.
    ///
    /// @return true if all are there
    private boolean createMissing(RandomHistory history) {
        history.creationsOfMissing(model).forEach(this::submit);
        settle();
        return history.streams().stream().allMatch(model::has);
    }

    /// In some lives one write or one sync fails, whosever it is: the store must then refuse, and never pretend.
    private void breakTheDisk() {
        switch (random.nextInt(6)) {
            case 0 -> disk.failWrite(1 + random.nextInt(150));
            case 1 -> disk.failSync(1 + random.nextInt(10));
            default -> {
                // An honest disk.
            }
        }
    }

    private void start() throws IOException {
        store = LocalStore.open(disk, options, clock, LocalStore.Driving.STEPPED, this::applied);
        assertThat(store.appliedThrough())
                .as("everything that was acknowledged is there after a start")
                .isEqualTo(modelPosition);
        repeated = false;
    }

    /// Called for every entry the store applies, live or replayed, beyond its checkpoint.
    private void applied(long position, Mutation mutation, Outcome outcome) {
        if (position <= modelPosition) {
            return;
        }
        assertThat(position).isEqualTo(modelPosition + 1);
        modelPosition = position;
        if (outcome == null) {
            refused++;
            if (!repeated) {
                assertThat(model.submit(mutation))
                        .as("the model on %s, which was refused", mutation)
                        .isCompletedExceptionally();
            }
            return;
        }
        assertThat(model.submit(mutation).join()).as("outcome of %s", mutation).isEqualTo(outcome);
    }

    private void work(RandomHistory history) throws IOException {
        for (int left = random.nextInt(MUTATIONS_PER_LIFE_MAX); left > 0 && disk.isPowered(); left--) {
            Mutation mutation = history.next(model);
            submit(mutation);
            clock.advance(random.nextLong(200_000_000));
            StreamId stream = history.streams().get(random.nextInt(history.streams().size()));
            if (random.nextInt(20) == 0 && model.has(stream)) {
                remembered.add(model.snapshot(stream, VersionSelector.LATEST));
            }
            for (int steps = random.nextInt(12); steps > 0; steps--) {
                step();
            }
            if (random.nextInt(25) == 0) {
                settle();
            }
            if (random.nextInt(40) == 0 && disk.isPowered() && store.trouble().isEmpty() && model.has(stream)) {
                StoreComparison.compareAll(store, model, stream, random);
            }
        }
    }

    private void submit(Mutation mutation) {
        WriteTag tag = random.nextBoolean() ? WriteTag.NONE : new WriteTag(1, 1, ++sequence);
        CompletableFuture<Outcome> future = store.submit(mutation, tag);
        future.thenAccept(outcome -> answered.add(new Answered(mutation, tag, outcome)));
    }

    private void step() {
        store.step(random.nextInt(3) > 0);
    }

    /// Steps until everything submitted is answered.
    private void settle() {
        for (int i = 0; !store.isSettled(); i++) {
            step();
            BrokenInvariant.check(i < 100_000, "the store does not come to rest");
        }
    }

    /// One of the last answered, whatever became of its stream meanwhile.
    private void repeatAnOldMutation() {
        settle();
        List<Answered> lately = answered.subList(Math.max(0, answered.size() - REPEATED_OF_LAST), answered.size());
        Answered old = lately.isEmpty() ? null : lately.get(random.nextInt(lately.size()));
        if (old == null || !old.tag().isTagged()) {
            return;
        }
        repeated = true;
        CompletableFuture<Outcome> again = store.submit(old.mutation(), old.tag());
        settle();
        if (again.isDone() && !again.isCompletedExceptionally()) {
            assertThat(again.join().at(LogPosition.NONE))
                    .as("repetition of %s", old.mutation())
                    .isEqualTo(old.outcome().at(LogPosition.NONE));
            repeated = false;
        } else if (again.isCompletedExceptionally()) {
            assertThat(disk.isPowered())
                    .as("a repetition fails only without power: %s: %s", old.mutation(), again.exceptionNow())
                    .isFalse();
        }
    }

    private void checkEverything(RandomHistory history) throws IOException {
        StoreComparison.compareCatalogs(store, model, history.former());
        for (StreamId stream : history.streams()) {
            if (model.has(stream)) {
                StoreComparison.compareAll(store, model, stream, random);
            }
        }
        remembered.removeIf(before -> !model.has(before.stream()));
        for (StreamSnapshot before : remembered) {
            try (StreamSnapshot now = store.snapshot(before.stream(), VersionSelector.LATEST)) {
                StoreComparison.checkChanges(now, before, random.nextInt(12));
            }
        }
        assertThat(store.records("")).hasSameSizeAs(model.records(""));
        for (StoredRecord expected : model.records("")) {
            StoredRecord found = store.record(expected.key()).orElseThrow();
            assertThat(found.revision()).isEqualTo(expected.revision());
            assertThat(found.value()).isEqualTo(expected.value());
        }
    }

    private void stop() {
        commits += store.metrics().commits();
        checkpoints += store.metrics().checkpoints();
        if (random.nextInt(4) > 0) {
            // Another disk object: this one is without power from now on.
            SimulatedDisk found = disk.crash();
            closeStore();
            disk = found;
        } else {
            // The power goes after the store was closed, or went by itself before or meanwhile.
            closeStore();
            disk = disk.crash();
        }
    }

    private void closeStore() {
        try {
            store.close();
        } catch (IOException e) {
            assertThat(disk.isPowered() && store.trouble().isEmpty())
                    .as("closing fails only without power, or after a failure of the disk: %s", e)
                    .isFalse();
        }
    }

    private static long[] offHeapBytes() {
        long[] bytes = new long[MemoryOwner.values().length];
        for (MemoryOwner owner : MemoryOwner.values()) {
            bytes[owner.ordinal()] = OffHeap.bytes(owner);
        }
        return bytes;
    }
}
