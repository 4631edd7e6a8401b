package io.distil.replication.placement;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;

/// A tablet as the group sees it that has it: which keys of which space, and what is being done with it.
///
/// ```
///                     (nothing) ── adopt ──▶ LOADING ── activate ──▶ SERVING ── seal ──▶ SEALED
///                                               │                       ▲                  │  │
///                                             drop                      └──── unseal ──────┘ drop
///                                               └──────▶ LEAVING ◀───────────────────────────┘
///                                                           │ sweep, until nothing is left
///                                                           ▼
///                                                   (nothing) or DEPARTED
/// ```
///
/// @param id never used again for other keys
/// @param space {@link io.distil.base.api.ClusterMap#STREAMS}, or a table's name
/// @param generation raised whenever range or group changes; of two claims to a key, the higher one is right
/// @param move of which it is a part in every state but `SERVING`, where it is 0
/// @param otherGroup where the move comes from (`LOADING`) or goes to (the others); 0 if it goes nowhere: an adoption that
///     was given up
/// @param parts how many parts of its contents have been imported
/// @param token how far the copy has come, in the words of the contents' owner
/// @param body which body of the table has the rows, see {@link TableBody}; 0 for streams
public record OwnedTablet(
        long id,
        String space,
        KeyRange range,
        long generation,
        State state,
        long move,
        int otherGroup,
        long parts,
        byte[] token,
        long body) {
    /// What is being done with a tablet. The order is that of the numbers on disk.
    public enum State {
        /// Reads and writes are taken.
        SERVING,
        /// A copy that is not complete: nobody reads or writes it.
        LOADING,
        /// Complete, and about to be handed over: reads are taken, writes wait.
        SEALED,
        /// Not here any more; what lies about is being removed.
        LEAVING,
        /// Not here any more, and nothing of it left. Kept where it is the last trace of a space in a group that owns
        /// every space it was not told about, or the group would think itself the owner again.
        DEPARTED
    }

    private static final byte[] NO_TOKEN = {};

    public OwnedTablet {
        BrokenInvariant.check(id > 0 && generation > 0, "tablet " + id + " of generation " + generation);
        BrokenInvariant.check(
                (state == State.SERVING) == (move == 0),
                "tablet " + id + " is " + state + " and part of move " + move + " at once");
    }

    /// A tablet that takes reads and writes.
    static OwnedTablet serving(long id, String space, KeyRange range, long generation, long body) {
        return new OwnedTablet(id, space, range, generation, State.SERVING, 0, 0, 0, NO_TOKEN, body);
    }

    /// An empty copy. Rows get a body of their own.
    static OwnedTablet loading(long id, String space, KeyRange range, long generation, long move, int from) {
        long body = space.equals(ClusterMap.STREAMS) ? 0 : move;
        return new OwnedTablet(id, space, range, generation, State.LOADING, move, from, 0, NO_TOKEN, body);
    }

    OwnedTablet serving(long newGeneration, KeyRange newRange) {
        return serving(id, space, newRange, newGeneration, body);
    }

    OwnedTablet withPart(byte[] newToken) {
        return new OwnedTablet(id, space, range, generation, state, move, otherGroup, parts + 1, newToken, body);
    }

    OwnedTablet inMove(State newState, long newMove, int newOtherGroup) {
        return new OwnedTablet(id, space, range, generation, newState, newMove, newOtherGroup, 0, NO_TOKEN, body);
    }

    /// Whether readers may see its keys.
    public boolean isReadable() {
        return state == State.SERVING || state == State.SEALED;
    }

    boolean isWritable() {
        return state == State.SERVING;
    }

    /// Whether it waits to be swept after this move.
    public boolean isLeaving(long ofMove) {
        return state == State.LEAVING && move == ofMove;
    }

    /// Whether it keeps others from having its keys in this group.
    boolean occupies() {
        return state != State.DEPARTED;
    }

    /// Bytes that {@link #encode} writes.
    int encodedBytes() {
        return MemoryWriter.textBytes(space) + rangeBytes(range) + 8 + 4 + 8 + 4 + 8 + 4 + token.length + 8;
    }

    /// | bytes | field |
    /// |---|---|
    /// | text | space |
    /// | bytes | first key |
    /// | u32, bytes if 1 | whether the range has an end; its end |
    /// | 8 | generation |
    /// | 4 | state |
    /// | 8 | move |
    /// | 4 | other group |
    /// | 8 | parts |
    /// | bytes | token |
    /// | 8 | body |
    public byte[] encode() {
        byte[] bytes = new byte[encodedBytes()];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes));
        writer.text(space);
        putRange(writer, range);
        writer.i64(generation).u32(state.ordinal()).i64(move).u32(otherGroup).i64(parts).bytes(token);
        writer.i64(body);
        return bytes;
    }

    /// The inverse of {@link #encode}.
    public static OwnedTablet decode(long id, byte[] encoded) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(encoded), "tablet " + id);
        try {
            return new OwnedTablet(
                    id,
                    reader.text(),
                    range(reader),
                    reader.i64(),
                    state(id, reader.u32()),
                    reader.i64(),
                    reader.u32(),
                    reader.i64(),
                    reader.bytes(),
                    reader.i64());
        } catch (Refused | BrokenInvariant e) {
            throw new CorruptBlock("tablet " + id + ": " + e.getMessage(), e);
        }
    }

    private static State state(long id, int number) throws CorruptBlock {
        if (number >= State.values().length) {
            throw new CorruptBlock("tablet " + id + ": state " + number + " is unknown");
        }
        return State.values()[number];
    }

    static int rangeBytes(KeyRange range) {
        return 4 + range.from().length + 4 + (range.until() == null ? 0 : 4 + range.until().length);
    }

    static void putRange(MemoryWriter writer, KeyRange range) {
        writer.bytes(range.from()).u32(range.until() == null ? 0 : 1);
        if (range.until() != null) {
            writer.bytes(range.until());
        }
    }

    static KeyRange range(MemoryReader reader) throws CorruptBlock {
        byte[] from = reader.bytes();
        return new KeyRange(from, reader.u32() == 0 ? null : reader.bytes());
    }

    /// For people: `tablet 7 of 'plants' [61, 7a) g3 SEALED, for group 2 in move 12`.
    @Override
    public String toString() {
        String text =
                "tablet " + id + " of " + TabletSet.spaceName(space) + " " + range + " g" + generation + " " + state;
        return switch (state) {
            case SERVING -> text;
            case LOADING -> text + ", from group " + otherGroup + " in move " + move + ", " + parts + " parts";
            case SEALED, LEAVING, DEPARTED -> text + ", for group " + otherGroup + " in move " + move;
        };
    }
}
