package io.distil.replication.placement;

import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The content of a part of a copy, growing item by item. One owner thread.
///
/// | bytes | every part |
/// |---|---|
/// | 4 | kind: 1 streams, 2 rows, 3 sessions |
/// | … | items up to the end, in the words of whoever keeps such contents |
public final class PartWriter {
    public static final int STREAMS = 1;
    public static final int ROWS = 2;
    public static final int SESSIONS = 3;

    private static final int KIND_BYTES = 4;
    private static final int CAPACITY_BYTES_MIN = 4096;

    private final MemoryWriter writer = new MemoryWriter();
    private final int kind;
    private byte[] bytes = new byte[CAPACITY_BYTES_MIN];
    private int used;

    public PartWriter(int kind) {
        this.kind = kind;
    }

    /// Bytes so far; 0 without items.
    public int bytes() {
        return used;
    }

    /// The content; empty if it has no items.
    public byte[] content() {
        return Arrays.copyOf(bytes, used);
    }

    /// Makes room for an item of at most `itemBytes`; {@link #end} must follow what is written.
    public MemoryWriter begin(int itemBytes) {
        int needed = used + KIND_BYTES + itemBytes;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
        writer.wrap(MemorySegment.ofArray(bytes).asSlice(used));
        return used == 0 ? writer.u32(kind) : writer;
    }

    public void end() {
        used += (int) writer.position();
    }
}
