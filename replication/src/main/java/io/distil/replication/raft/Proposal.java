package io.distil.replication.raft;

import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.statemachine.TransactionContext;

/// A batch on its way: handed to Raft and not come back. The owner's thread makes it and ends it; Ratis' threads note what
/// became of it.
final class Proposal {
    final long firstTicket;
    final int commandCount;
    final int payloadBytes;

    /// Ratis' object for it, once it was asked for; it learns term and index when the entry is appended.
    private volatile TransactionContext context;

    private volatile String failure;

    // The owner's.
    private boolean reportedLogged;
    private boolean over;

    Proposal(long firstTicket, int commandCount, int payloadBytes) {
        this.firstTicket = firstTicket;
        this.commandCount = commandCount;
        this.payloadBytes = payloadBytes;
    }

    long untilTicket() {
        return firstTicket + commandCount;
    }

    void started(TransactionContext by) {
        context = by;
    }

    private LogEntryProto entry() {
        TransactionContext present = context;
        return present == null ? null : present.getLogEntry();
    }

    /// True if it became an entry of this leader's log.
    boolean isAppended() {
        return entry() != null;
    }

    long term() {
        return entry().getTerm();
    }

    long raftIndex() {
        return entry().getIndex();
    }

    /// Raft answered that it will not say what becomes of it.
    void failed(String why) {
        failure = why;
    }

    /// Why, or null.
    String failure() {
        return failure;
    }

    boolean isReportedLogged() {
        return reportedLogged;
    }

    void setReportedLogged() {
        reportedLogged = true;
    }

    /// True if its tickets came back, or were given up.
    boolean isOver() {
        return over;
    }

    void setOver() {
        over = true;
    }
}
