package io.distil.replication.log;

import io.distil.base.BrokenInvariant;
import io.distil.replication.tablet.LogOpener;
import io.distil.replication.tablet.ReplicaControl;
import io.distil.replication.transfer.CheckpointSource;
import io.distil.replication.transfer.Chunk;
import io.distil.replication.transfer.Installation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/// A Raft group in memory and in one thread: everything that Raft may do to a tablet, and nothing it may not. Whoever drives
/// it decides when, by calling: so a seed can.
///
/// - {@link #elect} makes a leader, if those asked are a majority and none of them knows more (Ongaro, *Consensus: Bridging
///   Theory and Practice*, 2014, 3.4 and 3.6);
/// - {@link #send} carries one entry, or the news of what is committed, from a leader to another member; a member that does
///   not hear keeps its belief, so there may be two leaders of different terms;
/// - {@link #stop} takes a member's power: what it had not synced is gone, the rest comes back when it is opened again;
/// - {@link #install} copies the leader's checkpoint to a member for which the leader no longer has entries.
///
/// Positions are `index << 12 | i`, as on Ratis: an entry is a batch of commands, or empty (a new leader's first).
public final class FakeRaft {
    /// An entry of the group's log.
    record Entry(long term, List<byte[]> commands) {
        static Entry ofNewLeader(long term) {
            return new Entry(term, List.of());
        }
    }

    static final int POSITION_BITS = 12;

    private final List<FakeRaftLog> members = new ArrayList<>();
    private final Set<Integer> voters = new TreeSet<>();
    private final Journal.Options singleNodeJournal;

    /// @param singleNodeJournal of members that were nodes without replicas before
    public FakeRaft(int memberCount, Journal.Options singleNodeJournal) {
        this.singleNodeJournal = singleNodeJournal;
        for (int i = 0; i < memberCount; i++) {
            members.add(new FakeRaftLog(this, i));
            voters.add(i);
        }
    }

    /// Says who has a vote; all have at first. One at a time may come or go, as the whole group knows it at once.
    public void setVoters(List<Integer> numbers) {
        voters.clear();
        voters.addAll(numbers);
    }

    Set<Integer> voters() {
        return voters;
    }

    /// Opens this member's log, for the first time or again after {@link #stop}.
    public LogOpener opener(int member) {
        return opening -> {
            members.get(member).start(opening);
            return members.get(member);
        };
    }

    /// The position of the `i`-th command of the entry at `index`.
    public static long position(long index, int i) {
        return index << POSITION_BITS | i;
    }

    public static long index(long position) {
        return position >>> POSITION_BITS;
    }

    Journal.Options singleNodeJournal() {
        return singleNodeJournal;
    }

    /// What the owner of this member's log may ask of its replica.
    public ReplicaControl replicaOf(int member) {
        return members.get(member).replica();
    }

    int memberCount() {
        return members.size();
    }

    FakeRaftLog member(int member) {
        return members.get(member);
    }

    /// A member asks others, and itself, to make it leader.
    ///
    /// @return false if they are no majority, or one of them knows entries that it does not; terms rise all the same
    public boolean elect(int candidate, List<Integer> asked) {
        FakeRaftLog asking = members.get(candidate);
        BrokenInvariant.check(
                asking.isRunning() && voters.contains(candidate) && asked.contains(candidate),
                "a candidate votes for itself");
        long term = asking.term() + 1;
        for (int voter : asked) {
            term = Math.max(term, members.get(voter).term() + 1);
        }
        int votes = 0;
        for (int number : asked) {
            FakeRaftLog voter = members.get(number);
            if (voter.isRunning()) {
                voter.learnTerm(term);
                votes += voters.contains(number) && asking.knowsAtLeast(voter) ? 1 : 0;
            }
        }
        if (2 * votes <= voters.size()) {
            return false;
        }
        asking.lead(term);
        return true;
    }

    /// Whether this member believes to lead.
    public boolean isLeader(int member) {
        return members.get(member).isRunning() && members.get(member).isLeader();
    }

    /// One message from a leader to another member and its answer: the next entry it lacks, in the place of one of another
    /// term if need be, and what is committed.
    ///
    /// @return false if there was nothing new for it, or it needs an {@link #install}
    public boolean send(int leader, int to) {
        FakeRaftLog from = members.get(leader);
        FakeRaftLog receiver = members.get(to);
        if (leader == to || !from.isRunning() || !from.isLeader() || !receiver.isRunning()) {
            return false;
        }
        if (receiver.term() > from.term()) {
            from.learnTerm(receiver.term());
            return true;
        }
        receiver.learnTerm(from.term());
        if (from.firstIndex() > receiver.lastCommonIndex(from) + 1) {
            return false;
        }
        boolean isNews = receiver.take(from);
        from.heardFrom(to, receiver.lastCommonIndex(from));
        return isNews;
    }

    /// Sends from this leader to all until there is no more news.
    public void sendAll(int leader) {
        boolean isNews = true;
        while (isNews) {
            isNews = false;
            for (int to = 0; to < members.size(); to++) {
                isNews |= send(leader, to);
            }
        }
    }

    /// Takes a member's power. Its store is to be closed by the caller.
    public void stop(int member) {
        members.get(member).stop();
    }

    /// Whether the leader no longer has the entries that this member needs next.
    public boolean needsInstallation(int leader, int member) {
        FakeRaftLog from = members.get(leader);
        FakeRaftLog receiver = members.get(member);
        return leader != member
                && from.isRunning()
                && from.isLeader()
                && receiver.isRunning()
                && receiver.term() <= from.term()
                && from.firstIndex() > receiver.lastCommonIndex(from) + 1;
    }

    /// Copies chunks of the leader's checkpoint to a member, at most `chunkCountMax` of them, and installs it when none is
    /// missing. The member's store must then be stepped until the future completes, with nothing sent to it meanwhile.
    ///
    /// @return null if chunks are still missing: call again, also after a crash of the member
    public CompletableFuture<ReplicaControl.Covered> install(int leader, int member, int chunkCountMax)
            throws IOException {
        FakeRaftLog receiver = members.get(member);
        try (CheckpointSource source = members.get(leader).replica().openCheckpoint();
                Installation installation = receiver.replica().beginInstallation(source.image())) {
            int left = chunkCountMax;
            for (Chunk chunk : installation.missing()) {
                if (left-- == 0) {
                    return null;
                }
                installation.put(source.read(chunk));
            }
            receiver.pause();
            return receiver.replica()
                    .install(installation)
                    .thenApply(covered -> {
                        receiver.installed(covered, members.get(leader).termAt(index(covered.replayFrom()) - 1));
                        return covered;
                    });
        }
    }
}
