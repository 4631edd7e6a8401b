package io.distil.integration.simulation.replicas;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Consistency;
import io.distil.integration.simulation.replicas.Message.Entry;
import io.distil.replication.log.CommandLog;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// What one opening of a store sees of its member of the group. It does as little as it may whenever it is asked: proposes now
/// or later, hands over some of what is committed, tells of what was lost when it pleases.
///
/// The position of a command is its entry's index and its place in it, as in the replicated log of the daemon.
final class MemberLog implements CommandLog, Member.Owner {
    private static final int INDEX_SHIFT = 12;
    private static final int COMMANDS_PER_ENTRY_MAX = 5;

    /// Told of each command before it is handed over.
    interface Handed {
        void handed(long position, long term, byte[] command) throws IOException;
    }

    /// The commands of an entry that this opening proposed.
    private record Proposed(long term, long firstTicket, int count) {}

    /// A linearizable read that waits for a majority to confirm its leader.
    private record Barrier(long round, CompletableFuture<Long> future) {}

    /// Where the log was cut.
    private record Cut(long fromIndex, long termMax) {}

    private final Member member;
    private final Random random;
    private final Handed handed;
    private final List<byte[]> filling = new ArrayList<>();
    private final TreeMap<Long, Proposed> proposed = new TreeMap<>();
    private final List<Barrier> barriers = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private byte[] claimed;
    private long nextTicket = 1;
    private long loggedThrough;
    private long neededFrom;
    private long writtenBytes;

    /// The next command to hand over is this one of the entry behind {@link #handedIndex}.
    private int handedOfNext;

    private long handedIndex;
    private boolean steppedDown;
    private boolean ending;
    private boolean paused;
    private boolean withoutPower;

    /// @param replayFrom the first position that the store needs
    /// @param appliedThrough of the store's checkpoint, with its term: everything up to there is committed
    MemberLog(Member member, Random random, Handed handed, long replayFrom, long appliedThrough, long appliedTerm) {
        this.member = member;
        this.random = random;
        this.handed = handed;
        this.neededFrom = replayFrom;
        handedIndex = Math.max(replayFrom >>> INDEX_SHIFT, 1) - 1;
        BrokenInvariant.check(
                handedIndex >= member.firstIndex() - 1,
                "entry " + (handedIndex + 1) + " is needed, the log begins at " + member.firstIndex());
        member.learnCommitted(index(appliedThrough), appliedTerm);
        member.setOwner(this);
    }

    static long position(long index, int command) {
        return index << INDEX_SHIFT | command;
    }

    static long index(long position) {
        return position >>> INDEX_SHIFT;
    }

    /// True if everything in the member's log was handed over.
    boolean isAtEnd() {
        return handedIndex == member.lastIndex();
    }

    /// From now on the process is as good as dead.
    void cutPower() {
        withoutPower = true;
    }

    /// Nothing is handed over or released until {@link #installed}.
    void pause() {
        paused = true;
    }

    /// The store has taken another replica's checkpoint, and goes on behind this entry.
    void installed(long throughIndex, long throughTerm) {
        member.install(throughIndex, throughTerm);
        handedIndex = throughIndex;
        handedOfNext = 0;
        neededFrom = position(throughIndex + 1, 0);
        paused = false;
    }

    @Override
    public void steppedDown() {
        steppedDown = true;
    }

    @Override
    public void cut(long fromIndex, long termMax) {
        cuts.add(new Cut(fromIndex, termMax));
    }

    @Override
    public MemorySegment claim(int bytes) throws IOException {
        requirePower();
        if (!member.leads()) {
            throw notLeader();
        }
        if (!isWritable() || ending || random.nextInt(20) == 0) {
            return null;
        }
        claimed = new byte[bytes];
        return MemorySegment.ofArray(claimed);
    }

    @Override
    public long publish() {
        filling.add(claimed);
        writtenBytes += claimed.length;
        claimed = null;
        if (filling.size() == COMMANDS_PER_ENTRY_MAX) {
            propose();
        }
        return nextTicket++;
    }

    /// Called before the ticket of the last command is given.
    private void propose() {
        propose(nextTicket + 1 - filling.size());
    }

    private void propose(long firstTicket) {
        if (member.leads() && !steppedDown) {
            long index = member.append(List.copyOf(filling));
            proposed.put(index, new Proposed(member.term(), firstTicket, filling.size()));
            filling.clear();
        }
    }

    @Override
    public int poll(Handler handler) throws IOException {
        requirePower();
        tellWhatIsLost(handler);
        if (!filling.isEmpty() && random.nextInt(3) > 0) {
            propose(nextTicket - filling.size());
        }
        tellWhatIsLogged(handler);
        pollBarriers();
        return handOver(handler);
    }

    private void tellWhatIsLost(Handler handler) {
        for (Cut cut : cuts) {
            handler.cut(position(cut.fromIndex(), 0), cut.termMax());
        }
        cuts.clear();
        if (!steppedDown && !ending) {
            return;
        }
        steppedDown = false;
        loggedThrough = 0;
        String why = "member " + member.id + " does not lead any more";
        barriers.forEach(barrier -> barrier.future().completeExceptionally(notLeader()));
        barriers.clear();
        proposed.forEach((index, batch) -> {
            int back = index == handedIndex + 1 ? handedOfNext : 0;
            handler.lost(batch.firstTicket() + back, batch.firstTicket() + batch.count(), true, why);
        });
        proposed.clear();
        if (!filling.isEmpty()) {
            handler.lost(nextTicket - filling.size(), nextTicket, false, why);
            filling.clear();
        }
    }

    private void tellWhatIsLogged(Handler handler) {
        for (Map.Entry<Long, Proposed> entry : proposed.tailMap(loggedThrough, false).entrySet()) {
            long index = entry.getKey();
            if (index > member.syncedThrough()) {
                break;
            }
            Proposed batch = entry.getValue();
            handler.logged(batch.firstTicket(), batch.firstTicket() + batch.count(), position(index, 0), batch.term());
            loggedThrough = index;
        }
    }

    private int handOver(Handler handler) throws IOException {
        int count = 0;
        long until = paused ? handedIndex : Math.min(member.commitIndex(), member.syncedThrough());
        for (int left = random.nextInt(8); left > 0 && handedIndex < until; left--) {
            long index = handedIndex + 1;
            Entry entry = member.entry(index);
            if (entry.commands().isEmpty()) {
                handler.advanced(position(index, 0), entry.term());
            } else {
                if (!handler.takesEntries()) {
                    break;
                }
                handOver(handler, index, entry, proposed.get(index));
            }
            if (++handedOfNext >= entry.commands().size()) {
                handedOfNext = 0;
                handedIndex++;
                proposed.remove(index);
            }
            count++;
        }
        return count;
    }

    private void handOver(Handler handler, long index, Entry entry, Proposed own) throws IOException {
        byte[] command = entry.commands().get(handedOfNext);
        long position = position(index, handedOfNext);
        handed.handed(position, entry.term(), command);
        long ticket = own == null ? 0 : own.firstTicket() + handedOfNext;
        handler.entry(position, entry.term(), ticket, MemorySegment.ofArray(command));
    }

    @Override
    public int await(Handler handler) throws IOException {
        return poll(handler);
    }

    @Override
    public boolean isWriting() {
        return false;
    }

    @Override
    public boolean isIdle() {
        return filling.isEmpty() && proposed.isEmpty();
    }

    @Override
    public void endClaims() {
        ending = true;
    }

    /// All of earlier terms is applied when the entry is with which this leader began.
    @Override
    public boolean isWritable() {
        return member.leads() && !steppedDown && handedIndex >= member.firstIndexLed();
    }

    @Override
    public int members() {
        return member.memberCount();
    }

    @Override
    public int durableCopies(long position) {
        return member.leads() ? member.copies(index(position)) : 1;
    }

    @Override
    public CompletableFuture<Long> readBarrier(Consistency consistency) {
        if (!member.leads()) {
            return CompletableFuture.failedFuture(notLeader());
        }
        return switch (consistency) {
            case Consistency.Linearizable _ -> {
                CompletableFuture<Long> future = new CompletableFuture<>();
                barriers.add(new Barrier(member.nextRound(), future));
                yield future;
            }
            case Consistency.Leader _, Consistency.BoundedStale _ -> CompletableFuture.completedFuture(0L);
        };
    }

    private void pollBarriers() {
        if (!member.leads()) {
            barriers.forEach(barrier -> barrier.future().completeExceptionally(notLeader()));
            barriers.clear();
        } else if (member.commitIndex() >= member.firstIndexLed()) {
            for (Iterator<Barrier> each = barriers.iterator(); each.hasNext(); ) {
                Barrier barrier = each.next();
                if (member.roundOfMajority() >= barrier.round()) {
                    each.remove();
                    barrier.future().complete(lastPosition(member.commitIndex()));
                }
            }
        }
    }

    private long lastPosition(long index) {
        return index < member.firstIndex()
                ? position(index, 0)
                : position(index, Math.max(0, member.entry(index).commands().size() - 1));
    }

    @Override
    public void release(long position) {
        if (paused) {
            return;
        }
        neededFrom = Math.max(neededFrom, position);
        // As Raft does, which purges by whole segments, when it pleases.
        if (random.nextBoolean()) {
            member.purgeBefore(Math.min(index(neededFrom), handedIndex + 1));
        }
    }

    @Override
    public long writtenBytes() {
        return writtenBytes;
    }

    @Override
    public long retainedBytes() {
        return member.bytesFrom(index(neededFrom));
    }

    private Refused notLeader() {
        return new Refused(ErrorCode.NOT_LEADER, "member " + member.id + " does not lead; " + member.leader() + " may");
    }

    private void requirePower() throws IOException {
        if (withoutPower) {
            throw new IOException("the power is gone");
        }
    }

    @Override
    public void close() {
        barriers.forEach(barrier -> barrier.future().completeExceptionally(notLeader()));
        barriers.clear();
        member.setOwner(null);
    }
}
