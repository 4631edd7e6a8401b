package io.distil.replication.log;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Consistency;
import io.distil.base.memory.Layouts;
import io.distil.replication.log.FakeRaft.Entry;
import io.distil.replication.tablet.LogOpener;
import io.distil.replication.tablet.ReplicaControl;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// A member of a {@link FakeRaft}: what it keeps through a crash (term, entries, up to what it has synced), and the
/// {@link CommandLog} of its tablet while it runs.
///
/// As leader it makes one entry of whatever was published between two polls, has synced it at the poll after, and says so.
final class FakeRaftLog implements CommandLog {
    /// Commands that are published and not yet an entry take at most so many bytes.
    private static final int UNSENT_BYTES_MAX = 1 << 20;

    private static final int COMMANDS_PER_ENTRY_MAX = 1 << FakeRaft.POSITION_BITS;

    /// Commands of an entry that were published here.
    private record Published(long index, long term, long fromTicket, long untilTicket) {}

    private record Barrier(long index, CompletableFuture<Long> future) {}

    /// What the tablet is to be told of at the next poll.
    @FunctionalInterface
    private interface Notice {
        void tell(Handler handler);
    }

    private final FakeRaft group;
    private final int number;

    // What survives a crash.
    private long term;
    private final List<Entry> entries = new ArrayList<>();

    /// The index of the first of `entries`, and the term of the one before it.
    private long firstIndex = 1;

    private long termBefore;

    /// Positions up to here are of a single node's log, before this member was one.
    private long singleThrough;

    // What does not.
    private LogOpener.Opening opening;
    private boolean leader;
    private boolean paused;
    private long firstIndexOfTerm;
    private long syncedIndex;
    private long commitIndex;
    private long[] matchIndexes;

    /// The next command to be handed over.
    private long nextIndex;

    private int nextCommand;
    private final List<byte[]> unsent = new ArrayList<>();
    private int unsentBytes;
    private MemorySegment claimed;
    private long lastTicket;
    private final List<Published> published = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final List<Barrier> barriers = new ArrayList<>();
    private long writtenBytes;

    FakeRaftLog(FakeRaft group, int number) {
        this.group = group;
        this.number = number;
    }

    // ---- its life ----

    void start(LogOpener.Opening with) throws IOException {
        BrokenInvariant.check(!isRunning(), "member " + number + " runs already");
        opening = with;
        if (with.appliedThrough() > 0 && (lastIndex() == 0 || with.replayFrom() <= singleThrough)) {
            replaySingleNode(with);
        }
        long needed = Math.max(FakeRaft.index(with.replayFrom()), indexBehindSingleNode());
        if (needed > lastIndex() + 1) {
            // An installed checkpoint is ahead of the log.
            entries.clear();
            firstIndex = needed;
            termBefore = with.replica().termAt(FakeRaft.position(needed, 0) - 1);
        }
        BrokenInvariant.check(
                firstIndex <= needed, "member %d has entries from %d, needs %d".formatted(number, firstIndex, needed));
        nextIndex = needed;
        nextCommand = 0;
        commitIndex = needed - 1;
        syncedIndex = lastIndex();
        paused = false;
        leader = false;
        lastTicket = 0;
        writtenBytes = 0;
        matchIndexes = new long[group.memberCount()];
    }

    /// A node that worked alone: what its journal still has is handed over, and entries begin behind an index that its last
    /// position lies before.
    private void replaySingleNode(LogOpener.Opening with) throws IOException {
        singleThrough = with.appliedThrough();
        Handler replay =
                (position, term, ticket, entry) -> {
                    singleThrough = Math.max(singleThrough, position);
                    with.replay().entry(position, term, ticket, entry);
                };
        LocalCommandLog.open(with.disk(), group.singleNodeJournal(), with.replayFrom(), with.appliedThrough(), replay)
                .close();
        if (lastIndex() == 0) {
            firstIndex = indexBehindSingleNode();
        }
    }

    /// One index is left out, as if a snapshot stood there: an empty member must not believe that it has everything.
    private long indexBehindSingleNode() {
        return singleThrough == 0 ? 1 : FakeRaft.index(singleThrough) + 2;
    }

    void stop() {
        while (lastIndex() > syncedIndex) {
            entries.removeLast();
        }
        opening = null;
        leader = false;
        commitIndex = nextIndex - 1;
        unsent.clear();
        unsentBytes = 0;
        published.clear();
        notices.clear();
        barriers.clear();
    }

    boolean isRunning() {
        return opening != null;
    }

    ReplicaControl replica() {
        return opening.replica();
    }

    /// A checkpoint is being installed: nothing is handed over.
    void pause() {
        paused = true;
    }

    /// Goes on behind a checkpoint of another member.
    void installed(ReplicaControl.Covered covered, long termOfLast) {
        long next = FakeRaft.index(covered.replayFrom());
        if (next > lastIndex() + 1 || next <= firstIndex) {
            entries.clear();
            firstIndex = next;
            termBefore = termOfLast;
        }
        nextIndex = next;
        nextCommand = 0;
        commitIndex = next - 1;
        syncedIndex = lastIndex();
        paused = false;
    }

    // ---- what members know of one another ----

    long term() {
        return term;
    }

    boolean isLeader() {
        return leader;
    }

    long firstIndex() {
        return firstIndex;
    }

    long lastIndex() {
        return firstIndex + entries.size() - 1;
    }

    private Entry entry(long index) {
        return entries.get((int) (index - firstIndex));
    }

    long termAt(long index) {
        if (index >= firstIndex) {
            return entry(index).term();
        }
        return index == firstIndex - 1 ? termBefore : replica().termAt(FakeRaft.position(index + 1, 0) - 1);
    }

    /// Raft's rule for votes.
    boolean knowsAtLeast(FakeRaftLog other) {
        long mine = termAt(lastIndex());
        long others = other.termAt(other.lastIndex());
        return mine > others || mine == others && lastIndex() >= other.lastIndex();
    }

    void learnTerm(long newer) {
        if (newer > term) {
            term = newer;
            stepDown("a later term has begun");
        }
    }

    private void stepDown(String why) {
        if (!leader) {
            return;
        }
        leader = false;
        if (!unsent.isEmpty()) {
            long until = lastTicket + 1;
            long from = until - unsent.size();
            notices.add(handler -> handler.lost(from, until, false, "member " + number + " does not lead: " + why));
            unsent.clear();
            unsentBytes = 0;
        }
        for (Published lost : published) {
            notices.add(handler -> handler.lost(lost.fromTicket(), lost.untilTicket(), true, why));
        }
        published.clear();
        barriers.forEach(barrier -> barrier.future().completeExceptionally(new Refused(ErrorCode.NOT_LEADER, why)));
        barriers.clear();
    }

    void lead(long newTerm) {
        term = newTerm;
        leader = true;
        Arrays.fill(matchIndexes, 0);
        firstIndexOfTerm = lastIndex() + 1;
        entries.add(Entry.ofNewLeader(newTerm));
        opening.doorbell().run();
    }

    /// The last index up to which this member's entries are the leader's.
    long lastCommonIndex(FakeRaftLog from) {
        long index = Math.min(lastIndex(), from.lastIndex());
        // What is committed is common; behind it, an index that the leader has forgotten may be anybody's.
        while (index > commitIndex && (index < from.firstIndex - 1 || termAt(index) != from.termAt(index))) {
            index--;
        }
        return index;
    }

    /// Takes the next entry that this member lacks, and the news of what is committed.
    boolean take(FakeRaftLog from) {
        long common = lastCommonIndex(from);
        boolean isNews = false;
        if (lastIndex() > common && from.lastIndex() > common) {
            cutBehind(common);
            isNews = true;
        }
        if (from.lastIndex() > common) {
            entries.add(from.entry(common + 1));
            common++;
            syncedIndex = lastIndex();
            isNews = true;
        }
        long committed = Math.min(from.commitIndex, common);
        if (committed > commitIndex) {
            commitIndex = committed;
            isNews = true;
        }
        opening.doorbell().run();
        return isNews;
    }

    private void cutBehind(long index) {
        BrokenInvariant.check(index >= commitIndex, "a committed entry is to be cut");
        long termMax = termAt(lastIndex());
        while (lastIndex() > index) {
            entries.removeLast();
        }
        syncedIndex = Math.min(syncedIndex, index);
        notices.add(handler -> handler.cut(FakeRaft.position(index + 1, 0), termMax));
    }

    void heardFrom(int member, long matchIndex) {
        matchIndexes[member] = matchIndex;
        advanceCommit();
    }

    private void advanceCommit() {
        matchIndexes[number] = syncedIndex;
        long[] sorted = group.voters().stream().mapToLong(voter -> matchIndexes[voter]).sorted().toArray();
        long byMajority = sorted[(sorted.length - 1) / 2];
        // Only entries of its own term are committed by counting (Raft's figure 8).
        if (byMajority > commitIndex && termAt(byMajority) == term) {
            commitIndex = byMajority;
        }
    }

    // ---- the tablet's side ----

    @Override
    public MemorySegment claim(int bytes) {
        if (!leader) {
            throw new Refused(ErrorCode.NOT_LEADER, "member " + number + " does not lead");
        }
        if (!isWritable() || unsentBytes > UNSENT_BYTES_MAX || unsent.size() == COMMANDS_PER_ENTRY_MAX) {
            return null;
        }
        claimed = memory(bytes);
        return claimed;
    }

    /// On the heap, where nothing need be given back; aligned as entries are.
    private static MemorySegment memory(int bytes) {
        return MemorySegment.ofArray(new long[(bytes + Long.BYTES - 1) / Long.BYTES]).asSlice(0, bytes);
    }

    @Override
    public long publish() {
        unsent.add(claimed.toArray(Layouts.BYTE));
        unsentBytes += (int) claimed.byteSize();
        writtenBytes += claimed.byteSize();
        return ++lastTicket;
    }

    @Override
    public int poll(Handler handler) throws IOException {
        List<Notice> now = List.copyOf(notices);
        notices.clear();
        now.forEach(notice -> notice.tell(handler));
        int work = now.size();
        if (leader) {
            work += syncAndAppend(handler);
        }
        return work + handOver(handler) + pollBarriers();
    }

    private int syncAndAppend(Handler handler) {
        int work = 0;
        if (syncedIndex < lastIndex()) {
            syncedIndex = lastIndex();
            for (Published entry : published) {
                if (entry.index() == syncedIndex) {
                    handler.logged(
                            entry.fromTicket(), entry.untilTicket(), FakeRaft.position(entry.index(), 0), entry.term());
                }
            }
            work++;
        }
        if (!unsent.isEmpty()) {
            entries.add(new Entry(term, List.copyOf(unsent)));
            long until = lastTicket + 1;
            published.add(new Published(lastIndex(), term, until - unsent.size(), until));
            unsent.clear();
            unsentBytes = 0;
            work++;
        }
        advanceCommit();
        return work;
    }

    private int handOver(Handler handler) throws IOException {
        int work = 0;
        while (!paused && nextIndex <= commitIndex) {
            Entry entry = entry(nextIndex);
            if (entry.commands().isEmpty()) {
                handler.advanced(FakeRaft.position(nextIndex, 0), entry.term());
            }
            while (nextCommand < entry.commands().size()) {
                if (!handler.takesEntries()) {
                    return work;
                }
                int i = nextCommand++;
                long ticket = published.isEmpty() ? 0 : ticket(i);
                handOver(handler, FakeRaft.position(nextIndex, i), entry.term(), ticket, entry.commands().get(i));
                work++;
            }
            published.removeIf(done -> done.index() == nextIndex);
            nextIndex++;
            nextCommand = 0;
            work++;
        }
        return work;
    }

    private long ticket(int i) {
        Published first = published.getFirst();
        return first.index() == nextIndex ? first.fromTicket() + i : 0;
    }

    private static void handOver(Handler handler, long position, long term, long ticket, byte[] command)
            throws IOException {
        MemorySegment memory = memory(command.length);
        MemorySegment.copy(command, 0, memory, Layouts.BYTE, 0, command.length);
        handler.entry(position, term, ticket, memory);
    }

    private int pollBarriers() {
        int done = 0;
        for (Iterator<Barrier> waiting = barriers.iterator(); waiting.hasNext(); ) {
            Barrier barrier = waiting.next();
            if (commitIndex >= barrier.index()) {
                waiting.remove();
                barrier.future().complete(endOf(barrier.index()));
                done++;
            }
        }
        return done;
    }

    private long endOf(long index) {
        int count = index >= firstIndex ? entry(index).commands().size() : 0;
        return FakeRaft.position(index, Math.max(0, count - 1));
    }

    @Override
    public int await(Handler handler) throws IOException {
        return poll(handler);
    }

    @Override
    public boolean isWriting() {
        return leader && syncedIndex < lastIndex();
    }

    @Override
    public boolean isIdle() {
        return unsent.isEmpty() && published.isEmpty() && notices.isEmpty();
    }

    @Override
    public void endClaims() {
        stepDown("the store is shutting down");
    }

    @Override
    public boolean isWritable() {
        return leader && nextIndex > firstIndexOfTerm;
    }

    @Override
    public int members() {
        return group.voters().size();
    }

    @Override
    public int durableCopies(long position) {
        int copies = 0;
        for (int voter : leader ? group.voters() : Set.<Integer>of()) {
            long through = voter == number ? syncedIndex : matchIndexes[voter];
            copies += through >= FakeRaft.index(position) ? 1 : 0;
        }
        return copies;
    }

    /// A read index without its round of heartbeats: an entry of this leader that comes after what is committed now. So it
    /// never answers on a leader that was replaced.
    @Override
    public CompletableFuture<Long> readBarrier(Consistency consistency) {
        return switch (consistency) {
            case Consistency.Linearizable _ -> {
                if (!leader) {
                    yield refused(ErrorCode.NOT_LEADER, "does not lead");
                }
                CompletableFuture<Long> future = new CompletableFuture<>();
                entries.add(Entry.ofNewLeader(term));
                barriers.add(new Barrier(lastIndex(), future));
                yield future;
            }
            case Consistency.Leader _ ->
                    leader ? CompletableFuture.completedFuture(0L) : refused(ErrorCode.NOT_LEADER, "does not lead");
            case Consistency.BoundedStale _ -> CompletableFuture.completedFuture(0L);
        };
    }

    private CompletableFuture<Long> refused(ErrorCode code, String why) {
        return CompletableFuture.failedFuture(new Refused(code, "member " + number + " " + why));
    }

    /// Forgets entries before `position`; the one that holds it stays.
    @Override
    public void release(long position) {
        while (!entries.isEmpty() && firstIndex < FakeRaft.index(position) && firstIndex < nextIndex) {
            termBefore = entries.removeFirst().term();
            firstIndex++;
        }
    }

    @Override
    public long writtenBytes() {
        return writtenBytes;
    }

    @Override
    public long retainedBytes() {
        long bytes = 0;
        for (Entry entry : entries) {
            for (byte[] command : entry.commands()) {
                bytes += command.length;
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        if (isRunning()) {
            stop();
        }
    }
}
