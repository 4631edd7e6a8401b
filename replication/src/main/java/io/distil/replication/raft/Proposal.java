package io.distil.replication.raft;

/// A batch on its way: handed to Raft and not come back. The owner's thread makes it and ends it; Ratis' threads note what
/// became of it.
final class Proposal {
    /// Not in the log, as far as is known.
    static final long NOT_APPENDED = -1;

    final long firstTicket;
    final int commandCount;
    final int payloadBytes;

    private volatile long term = NOT_APPENDED;
    private volatile long raftIndex = NOT_APPENDED;
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

    /// It became an entry of this leader's log.
    void appended(long atTerm, long atRaftIndex) {
        term = atTerm;
        raftIndex = atRaftIndex;
    }

    boolean isAppended() {
        return raftIndex != NOT_APPENDED;
    }

    long term() {
        return term;
    }

    long raftIndex() {
        return raftIndex;
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
