package io.distil.integration.simulation.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Reverts.Revert;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.replication.log.CommandLog;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.replication.tablet.LogOpener;
import io.distil.replication.tablet.ReplicaControl;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.ring.SimulatedDisk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/// A store, its disk, and its member of the group; up or down.
final class Replica {
    private final Member member;
    private final LocalStoreOptions options;
    private final NanoClock clock;
    private final Random random;
    private final Timeline timeline;
    private final List<Revert> reverts = new ArrayList<>();
    private SimulatedDisk disk;
    private LocalStore store;
    private MemberLog log;
    private ReplicaControl control;
    private int life;

    // What the log is just handing over.
    private long handedTerm;
    private byte[] handedCommand;
    private WriteTag handedTag;

    /// The last position that this life knows to be applied, by its checkpoint or before our eyes.
    private long seenThrough;

    private boolean isLive;

    Replica(Member member, LocalStoreOptions options, NanoClock clock, Random random, Timeline timeline) {
        this.member = member;
        this.options = options;
        this.clock = clock;
        this.random = random;
        this.timeline = timeline;
        this.disk = new SimulatedDisk(random.nextLong());
    }

    Member member() {
        return member;
    }

    LocalStore store() {
        return store;
    }

    ReplicaControl control() {
        return control;
    }

    boolean isUp() {
        return store != null;
    }

    /// Counts starts: what was known to the life before is forgotten.
    int life() {
        return life;
    }

    /// True if its buffers are filled again and it has applied what the first has.
    boolean isAtEnd() {
        return isUp() && isLive && seenThrough == timeline.last();
    }

    boolean hasTold(int itsLife, Predicate<Revert> wanted) {
        return itsLife != life || reverts.stream().anyMatch(wanted);
    }

    @Override
    public String toString() {
        return member
                + (isUp()
                        ? ": up, applied through %d, settled: %s, trouble: %s"
                                .formatted(store.appliedThrough(), store.isSettled(), store.trouble().orElse("none"))
                        : ": down");
    }

    /// True if nothing of its log is left to be applied.
    boolean hasAppliedAll() {
        return isUp() && log.isAtEnd();
    }

    /// Opens the store; may end without power.
    void start() {
        life++;
        reverts.clear();
        isLive = false;
        try {
            store = LocalStore.open(disk, options, clock, LocalStore.Driving.STEPPED, this::applied, this::openLog);
            store.subscribe(reverts::add);
        } catch (IOException e) {
            assertThat(disk.isPowered()).as("opening fails only without power: %s", e).isFalse();
            loseDisk();
        }
    }

    private CommandLog openLog(LogOpener.Opening opening) {
        control = opening.replica();
        seenThrough = opening.appliedThrough();
        log =
                new MemberLog(
                        member,
                        random,
                        this::handed,
                        opening.replayFrom(),
                        opening.appliedThrough(),
                        opening.appliedTerm());
        return log;
    }

    private void handed(long position, long term, byte[] command) throws IOException {
        handedTerm = term;
        handedCommand = command;
        handedTag = timeline.tagOf(command);
    }

    private void applied(long position, Mutation mutation, Outcome outcome) {
        Long expected = timeline.after(seenThrough);
        if (expected != null) {
            assertThat(position).as("replica %d goes on from %d", member.id, seenThrough).isEqualTo(expected);
        }
        timeline.applied(position, handedTerm, handedCommand, handedTag, mutation, outcome);
        seenThrough = position;
        isLive = true;
    }

    /// One step of its tablet or its flusher; it may be its last.
    void step() {
        store.step(random.nextInt(3) > 0);
        if (!disk.isPowered()) {
            crash();
        }
    }

    /// The power will go in a moment, in the middle of whatever.
    void cutPowerSoon() {
        disk.cutPowerAfter(random.nextInt(40));
    }

    /// The power goes now.
    void crash() {
        SimulatedDisk found = disk.crash();
        log.cutPower();
        try {
            store.close();
        } catch (IOException e) {
            // Without power nothing closes cleanly.
        }
        member.crash();
        disk = found;
        store = null;
    }

    private void loseDisk() {
        if (log != null) {
            log.close();
        }
        member.crash();
        disk = disk.crash();
        store = null;
    }

    void stop() throws IOException {
        try {
            store.close();
        } catch (IOException e) {
            assertThat(disk.isPowered()).as("closing fails only without power: %s", e).isFalse();
        }
        if (disk.isPowered()) {
            member.sync();
            member.forget();
        } else {
            member.crash();
            disk = disk.crash();
        }
        store = null;
    }

    /// Takes over the last checkpoint of another replica, if its own log cannot go on.
    ///
    /// @return false if the checkpoint is no use
    boolean installFrom(Replica source) throws IOException {
        ReplicaControl.Covered covered = source.control.covered();
        long throughIndex = MemberLog.index(covered.replayFrom()) - 1;
        if (throughIndex < source.member.firstIndex() - 1
                || throughIndex > source.member.lastIndex()
                || throughIndex <= member.commitIndex()) {
            return false;
        }
        stop();
        boolean isOfUse = member.install(throughIndex, source.member.termAt(throughIndex));
        if (isOfUse) {
            disk = copy(source.disk);
        }
        start();
        return isOfUse;
    }

    /// What a transfer of the checkpoint gives: the superblocks and the segments.
    private SimulatedDisk copy(SimulatedDisk from) throws IOException {
        SimulatedDisk to = new SimulatedDisk(random.nextLong());
        to.createDirectories("segments");
        for (String name : from.files()) {
            if (name.equals("distil.store") || name.startsWith("segments/")) {
                copy(from.bytes(name), to, name);
            }
        }
        to.syncDirectory("segments");
        to.syncDirectory("");
        return to;
    }

    private static void copy(byte[] bytes, SimulatedDisk to, String name) throws IOException {
        long pages = (bytes.length + OffHeap.PAGE_BYTES - 1) / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES;
        try (DiskFile file = to.open(name, OpenMode.CREATE);
                DiskQueue queue = to.openQueue(1)) {
            if (pages > 0) {
                MemorySegment memory = OffHeap.allocatePages(MemoryOwner.SCRATCH, pages);
                MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
                queue.writeNow(file, 0, memory, pages, false);
                OffHeap.free(MemoryOwner.SCRATCH, memory);
            }
            queue.syncNow(file);
        }
    }
}
