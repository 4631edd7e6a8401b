package io.distil.replication.raft;

/// How positions of commands and indices of Raft entries belong together: an entry is a batch, and its i-th command stands
/// at `index << 12 | i`.
final class Positions {
    private static final int COMMAND_BITS = 12;

    /// The most commands in an entry.
    static final int COMMANDS_MAX = 1 << COMMAND_BITS;

    /// Before the first entry.
    static final long NO_INDEX = -1;

    private Positions() {}

    /// The position of an entry's first command, and of an entry without commands.
    static long first(long raftIndex) {
        return raftIndex << COMMAND_BITS;
    }

    static long of(long raftIndex, int command) {
        return first(raftIndex) | command;
    }

    /// No command of the entry stands later.
    static long last(long raftIndex) {
        return first(raftIndex) | COMMANDS_MAX - 1;
    }

    static long index(long position) {
        return position >>> COMMAND_BITS;
    }
}
