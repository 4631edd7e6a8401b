package io.distil.integration.simulation.replicas;

import io.distil.base.BrokenInvariant;
import io.distil.integration.simulation.replicas.Message.Answer;
import io.distil.integration.simulation.replicas.Message.Append;
import io.distil.integration.simulation.replicas.Message.Behind;
import io.distil.integration.simulation.replicas.Message.Entry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// One member of the modelled Raft group. Its term, vote and log outlive a power cut, the log as far as it was synced and
/// perhaps some entries more; everything else is forgotten.
///
/// Indexes count entries from 1. Those before {@link #firstIndex} were purged, being in a checkpoint of this replica.
final class Member {
    /// What a store's log is told of its member.
    interface Owner {
        /// It does not lead any more.
        void steppedDown();

        /// Its entries from `fromIndex` on are gone.
        void cut(long fromIndex, long termMax);
    }

    private static final Owner NOBODY =
            new Owner() {
                @Override
                public void steppedDown() {}

                @Override
                public void cut(long fromIndex, long termMax) {}
            };

    private static final int ENTRIES_PER_MESSAGE_MAX = 4;
    private static final int NOBODY_KNOWN = -1;

    final int id;
    private final int memberCount;
    private final Network network;
    private final Random random;
    private final Set<Rule> broken;
    private Owner owner = NOBODY;

    // What a power cut leaves.
    private long term;
    private final List<Entry> entries = new ArrayList<>();
    private long firstIndex = 1;
    private long termBeforeFirst;
    private long syncedThrough;

    // What it does not.
    private boolean leads;
    private int leader = NOBODY_KNOWN;
    private long commitIndex;
    private long leadersThrough;
    private boolean isBehind;
    private long firstIndexLed;
    private long round;
    private final long[] nextIndex;
    private final long[] matchIndex;
    private final long[] roundSeen;

    Member(int id, int memberCount, Network network, Random random, Set<Rule> broken) {
        this.id = id;
        this.memberCount = memberCount;
        this.network = network;
        this.random = random;
        this.broken = broken;
        this.nextIndex = new long[memberCount];
        this.matchIndex = new long[memberCount];
        this.roundSeen = new long[memberCount];
    }

    void setOwner(Owner owner) {
        this.owner = owner == null ? NOBODY : owner;
    }

    @Override
    public String toString() {
        return "member %d (%s, term %d, entries %d to %d, synced to %d, committed to %d%s)"
                .formatted(
                        id,
                        leads ? "leads" : "follows " + leader,
                        term,
                        firstIndex,
                        lastIndex(),
                        syncedThrough,
                        commitIndex,
                        isBehind ? ", behind" : "");
    }

    int memberCount() {
        return memberCount;
    }

    boolean leads() {
        return leads;
    }

    /// Who leads as far as this member knows, or -1.
    int leader() {
        return leads ? id : leader;
    }

    long term() {
        return term;
    }

    long commitIndex() {
        return commitIndex;
    }

    /// The entry with which this leader began its term.
    long firstIndexLed() {
        return firstIndexLed;
    }

    long syncedThrough() {
        return syncedThrough;
    }

    long firstIndex() {
        return firstIndex;
    }

    long lastIndex() {
        return firstIndex + entries.size() - 1;
    }

    Entry entry(long index) {
        return entries.get(Math.toIntExact(index - firstIndex));
    }

    long termAt(long index) {
        return index == firstIndex - 1 ? termBeforeFirst : entry(index).term();
    }

    /// True if it has the entry on disk, or in a checkpoint.
    boolean hasSynced(long index, long itsTerm) {
        return index < firstIndex || index <= syncedThrough && termAt(index) == itsTerm;
    }

    // ---- life ----

    /// The power goes: of what was not synced, some first entries may survive.
    void crash() {
        forget();
        long survive = syncedThrough + random.nextInt((int) (lastIndex() - syncedThrough) + 1);
        dropFrom(survive + 1);
        syncedThrough = survive;
    }

    /// Everything a process forgets when it ends.
    void forget() {
        owner = NOBODY;
        leads = false;
        leader = NOBODY_KNOWN;
        commitIndex = firstIndex - 1;
        leadersThrough = commitIndex;
        isBehind = false;
    }

    /// Goes on behind a checkpoint that another replica gave. If the log has the checkpoint's last entry, it keeps what follows:
    /// this member may have answered for that.
    ///
    /// @return false if it is no use, what it covers being here already
    boolean install(long throughIndex, long throughTerm) {
        if (throughIndex <= commitIndex) {
            return false;
        }
        if (throughIndex <= lastIndex() && termAt(throughIndex) == throughTerm) {
            entries.subList(0, (int) (throughIndex + 1 - firstIndex)).clear();
            syncedThrough = Math.max(syncedThrough, throughIndex);
        } else {
            if (!entries.isEmpty()) {
                owner.cut(Math.max(firstIndex, commitIndex + 1), termAt(lastIndex()));
            }
            entries.clear();
            syncedThrough = throughIndex;
        }
        firstIndex = throughIndex + 1;
        termBeforeFirst = throughTerm;
        commitIndex = throughIndex;
        leadersThrough = throughIndex;
        isBehind = false;
        return true;
    }

    /// A store is opened whose checkpoint needs the entries behind this one. If the power went just after it was installed, the
    /// log knows nothing of it yet.
    void goOnBehind(long throughIndex, long throughTerm) {
        if (throughIndex > lastIndex() || throughIndex >= firstIndex && termAt(throughIndex) != throughTerm) {
            install(throughIndex, throughTerm);
        }
    }

    /// By a checkpoint, everything up to this entry is committed. If the log has another one there, or none yet, then what is
    /// committed is not in it.
    void learnCommitted(long index, long itsTerm) {
        if (index >= firstIndex && index <= lastIndex() && termAt(index) == itsTerm) {
            commitIndex = Math.max(commitIndex, index);
        }
    }

    void purgeBefore(long index) {
        long until = Math.min(index, Math.min(syncedThrough, commitIndex));
        if (until > firstIndex) {
            termBeforeFirst = termAt(until - 1);
            entries.subList(0, (int) (until - firstIndex)).clear();
            firstIndex = until;
        }
    }

    long bytesFrom(long index) {
        long bytes = 0;
        for (long i = Math.max(index, firstIndex); i <= lastIndex(); i++) {
            bytes += entry(i).bytes();
        }
        return bytes;
    }

    // ---- leading ----

    /// A vote, in one step: whoever hears the candidate and may vote for it does.
    ///
    /// @param reachable members that are up
    void stand(List<Member> reachable) {
        long newTerm = term + 1;
        adopt(newTerm);
        int votes = 1;
        for (Member other : reachable) {
            if (other != this && !network.isCut(id, other.id) && !network.isCut(other.id, id)) {
                votes += other.votesFor(this, newTerm) ? 1 : 0;
            }
        }
        if (2 * votes > memberCount) {
            lead();
        }
    }

    private boolean votesFor(Member candidate, long newTerm) {
        if (newTerm <= term) {
            return false;
        }
        adopt(newTerm);
        long candidatesTerm = candidate.termAt(candidate.lastIndex());
        long ownTerm = termAt(lastIndex());
        return broken.contains(Rule.VOTES_FOR_WHOLE_LOGS)
                || candidatesTerm > ownTerm
                || candidatesTerm == ownTerm && candidate.lastIndex() >= lastIndex();
    }

    private void lead() {
        leads = true;
        Arrays.fill(nextIndex, lastIndex() + 1);
        Arrays.fill(matchIndex, 0);
        Arrays.fill(roundSeen, 0);
        round = 0;
        append(List.of());
        firstIndexLed = lastIndex();
    }

    /// @return its index
    long append(List<byte[]> commands) {
        BrokenInvariant.check(leads, "only a leader appends");
        entries.add(new Entry(term, commands));
        return lastIndex();
    }

    /// Sends what each follower lacks, or that there is nothing new.
    void sendToAll() {
        round++;
        for (int to = 0; to < memberCount; to++) {
            if (to != id) {
                send(to);
            }
        }
    }

    private void send(int to) {
        long next = nextIndex[to];
        if (next < firstIndex) {
            network.send(id, to, new Behind(term, id));
            return;
        }
        int from = (int) (next - firstIndex);
        int count = Math.min(entries.size() - from, random.nextInt(ENTRIES_PER_MESSAGE_MAX + 1));
        List<Entry> sent = List.copyOf(entries.subList(from, from + count));
        network.send(id, to, new Append(term, id, next - 1, termAt(next - 1), sent, commitIndex, round));
    }

    /// The newest round that a majority has answered, this member being one of them.
    long roundOfMajority() {
        long[] seen = roundSeen.clone();
        seen[id] = round;
        return ofMajority(seen);
    }

    /// What a majority of the values reaches.
    private long ofMajority(long[] values) {
        Arrays.sort(values);
        return values[(memberCount - 1) / 2];
    }

    /// The round that a read which begins now has to wait for.
    long nextRound() {
        return broken.contains(Rule.READS_ASK_A_MAJORITY) ? 0 : round + 1;
    }

    /// How many members have the entry on disk, as this leader knows.
    int copies(long index) {
        int copies = syncedThrough >= index ? 1 : 0;
        for (int other = 0; other < memberCount; other++) {
            copies += other != id && matchIndex[other] >= index ? 1 : 0;
        }
        return copies;
    }

    private void advanceCommit() {
        long[] matches = matchIndex.clone();
        matches[id] = syncedThrough;
        long index = broken.contains(Rule.COMMITTED_BEFORE_APPLIED) ? syncedThrough : ofMajority(matches);
        if (index > commitIndex && termAt(index) == term) {
            commitIndex = index;
        }
    }

    // ---- following ----

    /// Everything it has reaches the disk.
    void sync() {
        syncedThrough = lastIndex();
        if (leads) {
            advanceCommit();
        } else if (leader != NOBODY_KNOWN) {
            answer(leader, true, answerable(), 0);
        }
    }

    private long answerable() {
        return broken.contains(Rule.SYNCED_BEFORE_ANSWERED) ? leadersThrough : Math.min(leadersThrough, syncedThrough);
    }

    private void answer(int to, boolean matches, long index, long itsRound) {
        network.send(id, to, new Answer(term, id, matches, index, itsRound));
    }

    private void adopt(long newTerm) {
        term = newTerm;
        boolean led = leads;
        leads = false;
        leader = NOBODY_KNOWN;
        // What is committed is in every later leader's log; of the rest nothing is known yet.
        leadersThrough = commitIndex;
        if (led) {
            owner.steppedDown();
        }
    }

    void receive(Message message) {
        if (message.term() > term) {
            adopt(message.term());
        }
        switch (message) {
            case Append append -> receive(append);
            case Behind behind -> {
                leader = behind.term() == term ? behind.leader() : leader;
                isBehind = behind.term() == term;
                // A leader of the past learns of the present.
                answer(behind.leader(), false, lastIndex(), 0);
            }
            case Answer answer -> {
                if (leads && answer.term() == term) {
                    receive(answer);
                }
            }
        }
    }

    private void receive(Append append) {
        if (append.term() < term) {
            answer(append.leader(), false, lastIndex(), append.round());
            return;
        }
        leader = append.leader();
        long previous = append.previousIndex();
        List<Entry> sent = append.entries();
        if (previous < firstIndex - 1) {
            // What was purged here is committed, so it is the same there.
            int known = (int) Math.min(sent.size(), firstIndex - 1 - previous);
            sent = sent.subList(known, sent.size());
            previous += known;
            if (previous < firstIndex - 1) {
                answer(append.leader(), true, answerable(), append.round());
                return;
            }
        } else if (previous > lastIndex() || termAt(previous) != append.previousTerm()) {
            answer(append.leader(), false, Math.min(lastIndex(), previous - 1), append.round());
            return;
        }
        take(previous, sent);
        isBehind = false;
        leadersThrough = Math.max(leadersThrough, previous + sent.size());
        commitIndex = Math.max(commitIndex, Math.min(append.commitIndex(), leadersThrough));
        answer(append.leader(), true, answerable(), append.round());
    }

    private void take(long previous, List<Entry> sent) {
        for (int i = 0; i < sent.size(); i++) {
            long index = previous + 1 + i;
            if (index <= lastIndex() && termAt(index) != sent.get(i).term()) {
                if (broken.contains(Rule.CONTRADICTIONS_ARE_CUT)) {
                    continue;
                }
                cutFrom(index);
            }
            if (index > lastIndex()) {
                entries.add(sent.get(i));
            }
        }
    }

    private void cutFrom(long index) {
        BrokenInvariant.check(
                index > commitIndex || !broken.isEmpty(), "a committed entry is cut, by the model of Raft itself");
        long termMax = termAt(lastIndex());
        dropFrom(index);
        syncedThrough = Math.min(syncedThrough, index - 1);
        owner.cut(index, termMax);
    }

    private void dropFrom(long index) {
        entries.subList((int) (index - firstIndex), entries.size()).clear();
    }

    private void receive(Answer answer) {
        int from = answer.follower();
        roundSeen[from] = Math.max(roundSeen[from], answer.round());
        if (answer.matches()) {
            matchIndex[from] = Math.max(matchIndex[from], Math.min(answer.index(), lastIndex()));
            nextIndex[from] = Math.max(nextIndex[from], matchIndex[from] + 1);
            advanceCommit();
        } else {
            nextIndex[from] = Math.max(matchIndex[from] + 1, Math.min(nextIndex[from] - 1, answer.index() + 1));
        }
    }

    /// True if its leader has said that only a checkpoint can help.
    boolean isBehind() {
        return isBehind;
    }
}
