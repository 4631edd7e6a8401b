package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.FakeRaft;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
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

/// Members of a Raft group in one thread: stores without threads on simulated disks, over a {@link FakeRaft}. Whoever drives
/// it steps them, and decides who leads and who hears of it.
public final class FakeGroup implements AutoCloseable {
    public static final Journal.Options JOURNAL = new Journal.Options(64 << 10, 8 << 10);

    private final FakeRaft raft;
    private final Random random;
    private final SteppedClock clock = new SteppedClock();
    private final List<SimulatedDisk> disks = new ArrayList<>();
    private final List<LocalStore> stores = new ArrayList<>();
    private final LocalStoreOptions options;

    public FakeGroup(int memberCount, Random random) {
        this(memberCount, random, 1 << 20);
    }

    /// @param bufferBytesMax of points that a member holds in memory
    public FakeGroup(int memberCount, Random random, long bufferBytesMax) {
        this.random = random;
        this.raft = new FakeRaft(memberCount, JOURNAL);
        this.options = options(random, bufferBytesMax);
        for (int member = 0; member < memberCount; member++) {
            disks.add(new SimulatedDisk(random.nextLong()));
            stores.add(null);
        }
    }

    /// Small sizes, so that little data crosses many boundaries.
    private static LocalStoreOptions options(Random random, long bufferBytesMax) {
        StoreOptions store =
                new StoreOptions(
                        new BlockStoreOptions(1 << 18, 1 << 20),
                        2048,
                        () -> new UUID(random.nextLong(), random.nextLong()));
        PqmOptions pqm =
                new PqmOptions(
                        40 + random.nextInt(400),
                        2_000_000_000L,
                        bufferBytesMax,
                        bufferBytesMax / 4,
                        bufferBytesMax / 8,
                        4 << 10,
                        16 << 10);
        return new LocalStoreOptions(
                store,
                JOURNAL,
                pqm,
                TableOptions.withBudget(1 << 20),
                new TreeShape(2 + random.nextInt(40), 4 + random.nextInt(12)),
                0,
                16 << 10,
                1_000_000_000L,
                256 << 10);
    }

    public FakeRaft raft() {
        return raft;
    }

    public LocalStoreOptions options() {
        return options;
    }

    public SteppedClock clock() {
        return clock;
    }

    public int memberCount() {
        return disks.size();
    }

    public LocalStore store(int member) {
        return stores.get(member);
    }

    public SimulatedDisk disk(int member) {
        return disks.get(member);
    }

    public void setDisk(int member, SimulatedDisk disk) {
        disks.set(member, disk);
    }

    public void open(int member) throws IOException {
        open(member, AppliedListener.NONE);
    }

    public void open(int member, AppliedListener listener) throws IOException {
        stores.set(
                member,
                LocalStore.open(
                        disks.get(member), options, clock, LocalStore.Driving.STEPPED, listener, raft.opener(member)));
    }

    public void openAll() throws IOException {
        for (int member = 0; member < memberCount(); member++) {
            open(member);
        }
    }

    public boolean isOpen(int member) {
        return stores.get(member) != null;
    }

    /// Takes a member's power: its disk keeps what a disk keeps.
    public void crash(int member) {
        LocalStore store = stores.get(member);
        if (store == null) {
            return;
        }
        SimulatedDisk found = disks.get(member).crash();
        raft.stop(member);
        try {
            store.close();
        } catch (IOException e) {
            // Without power nothing closes cleanly.
        }
        stores.set(member, null);
        disks.set(member, found);
    }

    /// Makes a member lead, with everybody's vote, and tells everybody.
    public void lead(int member) {
        BrokenInvariant.check(raft.elect(member, everybody()), "member " + member + " was not elected");
        settle(member);
    }

    private List<Integer> everybody() {
        List<Integer> all = new ArrayList<>();
        for (int member = 0; member < memberCount(); member++) {
            if (isOpen(member)) {
                all.add(member);
            }
        }
        return all;
    }

    /// Steps and sends until nothing new comes of it.
    public void settle(int leader) {
        for (int round = 0; round < 40; round++) {
            for (int member = 0; member < memberCount(); member++) {
                step(member, 3);
            }
            raft.sendAll(leader);
        }
    }

    public void step(int member, int count) {
        for (int i = 0; i < count && isOpen(member); i++) {
            store(member).step(true);
            store(member).step(false);
        }
    }

    /// Submits to a leader and settles.
    public CompletableFuture<Outcome> submit(int leader, Mutation mutation) {
        CompletableFuture<Outcome> answer = store(leader).submit(mutation);
        settle(leader);
        return answer;
    }

    /// Copies the leader's checkpoint to a member, and settles.
    public void install(int leader, int member) throws IOException {
        CompletableFuture<?> installed = raft.install(leader, member, Integer.MAX_VALUE);
        while (!installed.isDone()) {
            step(member, 1);
        }
        settle(leader);
    }

    Random random() {
        return random;
    }

    @Override
    public void close() throws IOException {
        for (int member = 0; member < memberCount(); member++) {
            if (isOpen(member)) {
                store(member).close();
                stores.set(member, null);
            }
        }
    }
}
