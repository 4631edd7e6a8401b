package io.distil.replication.placement;

import io.distil.base.BrokenInvariant;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.CommandLog;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.replication.tablet.AppliedListener;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.replication.tablet.LogOpener;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/// A group of one member, stepped, on a simulated disk: the same state, log and checkpoints as any other.
final class SimulatedGroup implements GroupPort {
    private final int number;
    private final Random random;
    private final NanoClock clock;
    private final AppliedListener listener;
    private final LocalStoreOptions options;
    private SimulatedDisk disk;
    private LocalStore store;

    /// The last position the listener was told of, in any life.
    private long appliedThrough;

    SimulatedGroup(int number, Random random, NanoClock clock, AppliedListener listener) throws IOException {
        this.number = number;
        this.random = random;
        this.clock = clock;
        this.listener = listener;
        this.options = smallOptions(random);
        this.disk = new SimulatedDisk(random.nextLong());
        start();
    }

    private static LocalStoreOptions smallOptions(Random random) {
        return new LocalStoreOptions(
                StoreOptions.ofCacheBytes(1 << 18),
                new Journal.Options(1 << 20, 256 << 10),
                new PqmOptions(40 + random.nextInt(400), 2_000_000_000L, 1 << 20, 1 << 18, 1 << 17, 4 << 10, 16 << 10),
                new TableOptions(1 << 10, 2_000_000_000L, 1 << 20, 4 << 10, 16 << 10, 256 << random.nextInt(4)),
                new TreeShape(2 + random.nextInt(40), 4 + random.nextInt(12)),
                0,
                32 << 10,
                1_000_000_000L,
                1 << 20);
    }

    private void start() throws IOException {
        LogOpener opener =
                new LogOpener() {
                    @Override
                    public int group() {
                        return number;
                    }

                    @Override
                    public CommandLog open(Opening opening) throws IOException {
                        return LogOpener.local(options.log()).open(opening);
                    }
                };
        store = LocalStore.open(disk, options, clock, LocalStore.Driving.STEPPED, this::applied, opener);
    }

    private void applied(long position, Mutation mutation, Outcome outcome) {
        if (position > appliedThrough) {
            appliedThrough = position;
            listener.applied(position, mutation, outcome);
        }
    }

    LocalStore store() {
        return store;
    }

    void step() {
        store.step(random.nextInt(3) > 0);
    }

    void settle() {
        stepUntil(store::isSettled);
    }

    private void stepUntil(BooleanSupplier done) {
        for (int i = 0; !done.getAsBoolean(); i++) {
            step();
            BrokenInvariant.check(i < 100_000, "group " + number + " does not come to rest");
        }
    }

    CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag) {
        return store.submit(mutation, tag);
    }

    @Override
    public void submit(Mutation.OfTablets command) throws IOException {
        await(store.submit(command));
    }

    @Override
    public byte[] ask(byte[] question) throws IOException {
        return await(store.ask(question));
    }

    /// Steps until the answer is there.
    <T> T await(CompletableFuture<T> answer) throws IOException {
        stepUntil(answer::isDone);
        try {
            return answer.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case Refused refused -> throw refused;
                case IOException io -> throw io;
                case RuntimeException broken -> throw broken;
                default -> throw e;
            }
        }
    }

    /// Cuts the power and starts anew.
    void crash() throws IOException {
        SimulatedDisk found = disk.crash();
        try {
            store.close();
        } catch (IOException e) {
            // It has no power.
        }
        disk = found;
        start();
    }

    void close() throws IOException {
        store.close();
    }
}
