package io.distil.integration.simulation.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Reverts.Revert;
import io.distil.base.api.WriteTag;
import io.distil.replication.log.CommandLog;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.replication.tablet.LogOpener;
import io.distil.replication.tablet.ReplicaControl;
import io.distil.replication.transfer.CheckpointSource;
import io.distil.replication.transfer.Chunk;
import io.distil.replication.transfer.Installation;
import io.distil.storage.ring.SimulatedDisk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
        long throughIndex = MemberLog.index(Math.max(opening.replayFrom(), MemberLog.position(1, 0))) - 1;
        member.goOnBehind(throughIndex, control.termAt(MemberLog.position(throughIndex + 1, 0) - 1));
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

    /// Takes over the last checkpoint of another replica, if its own log cannot go on: chunk by chunk, and sometimes not to the
    /// end, so that the next attempt goes on where this one stopped.
    ///
    /// @return true if it was installed
    boolean installFrom(Replica source) throws IOException {
        long throughIndex = MemberLog.index(source.control.covered().replayFrom()) - 1;
        if (throughIndex < source.member.firstIndex() - 1
                || throughIndex > source.member.lastIndex()
                || throughIndex <= member.commitIndex()) {
            return false;
        }
        try (CheckpointSource checkpoint = source.control.openCheckpoint();
                Installation received = control.beginInstallation(checkpoint.image())) {
            for (Chunk chunk : received.missing()) {
                if (random.nextInt(20) == 0) {
                    return false;
                }
                received.put(checkpoint.read(chunk));
            }
            log.pause();
            CompletableFuture<ReplicaControl.Covered> installed = control.install(received);
            while (!installed.isDone()) {
                store.step(random.nextInt(3) > 0);
            }
            seenThrough = installed.join().appliedThrough();
            isLive = false;
            log.installed(throughIndex, source.member.termAt(throughIndex));
            return true;
        } catch (Refused e) {
            assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.CLUSTER_CONFLICT);
            return false;
        } catch (IOException | CompletionException e) {
            assertThat(disk.isPowered()).as("an installation fails only without power: %s", e).isFalse();
            crash();
            return false;
        }
    }
}
