package io.distil.replication.placement;

import io.distil.base.api.KeyRange;

import java.lang.foreign.MemorySegment;

/// What a group is told about its tablets: one log entry each. Clients never send these; they come from whoever coordinates
/// placement. Each but {@link Import} may be repeated: a command whose work was done already changes nothing.
public sealed interface TabletCommand {
    String space();

    /// The tablet concerned.
    long tablet();

    /// Makes two tablets of one. Nothing is copied.
    ///
    /// @param generation the tablet must have
    /// @param key the first of the right tablet; strictly inside the range
    /// @param right id of the new tablet
    record Split(String space, long tablet, long generation, byte[] key, long right) implements TabletCommand {}

    /// Makes one tablet of two neighbours; the left one's id stays. Nothing is copied.
    record Merge(String space, long tablet, long generation, long right, long rightGeneration)
            implements TabletCommand {}

    /// Begins a copy.
    ///
    /// @param generation the tablet has in the group it comes from
    record Adopt(String space, long tablet, long generation, KeyRange range, long move, int from)
            implements TabletCommand {}

    /// Adds to a copy.
    ///
    /// @param part one more than the parts imported so far. Another is refused: it was exported for a copy that was elsewhere
    ///     then, and might leave a gap
    /// @param token how far the copy is with this part
    /// @param content in the words of the contents' owner; a view, valid during the call
    record Import(String space, long tablet, long move, long part, byte[] token, MemorySegment content)
            implements TabletCommand {}

    /// Stops writes and commits what is buffered, so that the versions at this point can be copied to the last of them.
    ///
    /// @param generation the tablet must have
    /// @param range the tablet's: so that a replay knows what was committed here, whatever became of the tablet
    /// @param body the tablet's, for the same reason
    record Seal(String space, long tablet, long generation, KeyRange range, long move, int to, long body)
            implements TabletCommand {}

    /// Takes writes again: the move was given up.
    record Unseal(String space, long tablet, long move) implements TabletCommand {}

    /// Takes a complete copy into service.
    record Activate(String space, long tablet, long move) implements TabletCommand {}

    /// Ends a sealed tablet that was handed over, or a copy that was given up: nobody reads it from now on.
    record Drop(String space, long tablet, long move) implements TabletCommand {}

    /// Removes some of what is left of a dropped tablet.
    ///
    /// @param range the tablet's, as with {@link Seal}
    record Sweep(String space, long tablet, long move, KeyRange range) implements TabletCommand {}
}
