package io.distil.replication.log;

import io.distil.base.api.Consistency;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/// The order of all mutations of a group, made durable: the seam between a tablet and what carries its entries, one disk
/// ({@link LocalCommandLog}) or the members of a Raft group.
///
/// An entry is claimed, filled in place and published under a *ticket*; once it is durable as the log understands it (synced
/// here, or committed by a majority) it comes back through {@link Handler#entry} with its *position*, and only then is it
/// applied. On a replica that does not lead, entries come from elsewhere: they have positions and no tickets.
///
/// ```
///   claim ──> publish ──ticket──> (logged: on this leader's disk) ──> entry(position, term, ticket)
///                          └──────────────────────────────────────> lost: not in doubt, never applied
///                                                                   lost: in doubt, perhaps applied later without its ticket
/// ```
///
/// | | one disk | Raft |
/// |---|---|---|
/// | position | 1, 2, 3, … | `index << 12 \| i`, rising, not dense |
/// | term | 0 | the leader's |
/// | {@link Handler#logged} | never: the entry follows at once | when journal and Raft log of the leader are synced |
///
/// The thread that owns the tablet owns the log: everything but {@link #isWritable}, {@link #members},
/// {@link #durableCopies} and {@link #readBarrier} is called by it alone, and it alone is called back, from inside
/// {@link #poll} and {@link #await}. A log with threads of its own rings the tablet's doorbell when there is something to
/// poll.
public interface CommandLog extends AutoCloseable {
    /// Receives what becomes of entries.
    interface Handler {
        /// False while no further entry can be taken: memory is used up, and will come back by what is being done already. A
        /// log that hands over other replicas' entries asks before each of them and keeps it until the answer is true; the
        /// doorbell is rung then. One disk need not ask: it hands over only what its own tablet has admitted.
        default boolean takesEntries() {
            return true;
        }

        /// A durable entry, to be applied now. Positions rise from call to call.
        ///
        /// @param ticket what {@link CommandLog#publish} returned for it; 0 if it comes from elsewhere, is replayed, or was
        ///     lost in doubt before
        /// @param entry valid only during the call
        void entry(long position, long term, long ticket, MemorySegment entry) throws IOException;

        /// Everything up to `position` was handed over, and what stands there is no command: a new leader's first entry, a
        /// configuration. Comes in its order among the entries, once for each of these: the history of terms, which decides
        /// what was reverted, is the same on every replica because of that.
        default void advanced(long position, long term) {}

        /// The entries with the tickets `[fromTicket, untilTicket)` are on this leader's disk, at consecutive positions, and
        /// not committed yet.
        default void logged(long fromTicket, long untilTicket, long firstPosition, long term) {}

        /// The tickets `[fromTicket, untilTicket)` will not come back.
        ///
        /// @param inDoubt true if the entries may still be applied, with ticket 0; false if they certainly never will be
        /// @param why a sentence for the sender, which names the leader where one is known
        default void lost(long fromTicket, long untilTicket, boolean inDoubt, String why) {}

        /// This node has cut its log: entries from `fromPosition` on, of terms up to `termMax`, are gone here. Whether they are
        /// gone for good is decided when other entries are handed over in their place.
        default void cut(long fromPosition, long termMax) {}
    }

    /// Memory for an entry of `bytes` bytes, or null while there is no room, or while a new leader has not applied everything
    /// of earlier terms: try again after {@link #poll} or {@link #await}.
    ///
    /// @throws io.distil.base.Refused `NOT_LEADER`, naming the leader, if entries are taken by another replica
    /// @throws io.distil.base.DiskFailed if no space can be had ({@link io.distil.base.DiskFailed#isFull}: try later) or the
    ///     log has failed for good
    MemorySegment claim(int bytes) throws IOException;

    /// Ends the claim.
    ///
    /// @return the entry's ticket: 1, 2, 3, … since the log was opened
    long publish();

    /// Brings on its way what was published, and hands over what has come back, without waiting.
    ///
    /// @return how much was done; 0 if there was nothing to do
    int poll(Handler handler) throws IOException;

    /// As {@link #poll}, but waits for the write that is under way ({@link #isWriting}).
    int await(Handler handler) throws IOException;

    /// True while a write to this node's disk is under way: then {@link #await} is better than sleeping, because nothing
    /// rings when it ends.
    boolean isWriting();

    /// True if nothing is published that did not come back.
    boolean isIdle();

    /// Nothing will be claimed any more. Everything published comes back within a bounded time: handed over, or lost in doubt.
    default void endClaims() {}

    /// True if this replica takes entries and has applied everything of earlier terms: what its state says is the present. Any
    /// thread.
    boolean isWritable();

    /// Members of the group that have a vote. Any thread.
    int members();

    /// How many members have everything up to `position` on disk, as far as this replica, leading, knows. Any thread.
    int durableCopies(long position);

    /// A position that a replica must have applied to answer a read that begins now as `consistency` asks. Any thread.
    ///
    /// @return fails with {@link io.distil.base.Refused}: `NOT_LEADER`, `TOO_STALE`
    CompletableFuture<Long> readBarrier(Consistency consistency);

    /// Says that entries before `position` will never be replayed here again; their space is used anew.
    void release(long position) throws IOException;

    /// Bytes written since the log was opened.
    long writtenBytes();

    /// Bytes of log that would have to be replayed after a crash now.
    long retainedBytes();

    @Override
    void close() throws IOException;
}
