package io.distil.base.api;

/// Where a mutation stands in a group's log: the sequence number on which one can wait later ({@link Writes#await}).
///
/// @param group number of the group; 0 where nothing is known
/// @param term in which the leader took it: an entry lost in a leader change has a term that its place in the log has not
/// @param position of the entry, rising within the group, not dense
public record LogPosition(int group, long term, long position) {
    public static final LogPosition NONE = new LogPosition(0, 0, 0);
}
