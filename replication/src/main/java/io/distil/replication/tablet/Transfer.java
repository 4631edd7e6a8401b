package io.distil.replication.tablet;

/// The content of a part of a copy: what one group's replica exports and the others import.
///
/// | bytes | every part |
/// |---|---|
/// | 4 | kind: 1 streams, 2 rows, 3 sessions |
/// | … | items up to the end |
///
/// | item of streams | behind u32 its kind, i64 high and low of the stream |
/// |---|---|
/// | 1 describe | description as in a log entry |
/// | 2 points | i64 major that they are of, range, u32 count, times, values: what the range holds at that version |
/// | 3 commit | i64 major, u32 count, ranges that the commit touched |
/// | 4 obliterated | – |
///
/// An item of sessions is a client's id and its outcomes as in a checkpoint.
final class Transfer {
    static final int STREAMS = 1;
    static final int ROWS = 2;
    static final int SESSIONS = 3;

    static final int DESCRIBE = 1;
    static final int POINTS = 2;
    static final int COMMIT = 3;
    static final int OBLITERATED = 4;

    private Transfer() {}
}
