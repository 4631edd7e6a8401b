package io.distil.base.memory;

import io.distil.base.BrokenInvariant;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Writes fields one after the other into memory: the encoding that log entries, catalog entries and other small structures
/// share. Little-endian; a text is its UTF-8 length as u32 and the bytes; bytes likewise; a map is its size as u32 and then
/// key, value, key, value, … in the map's order. One owner thread.
public final class MemoryWriter {
    private MemorySegment memory;
    private long position;

    /// Starts writing at the front of `target`; writing past its end is a broken invariant.
    public MemoryWriter wrap(MemorySegment target) {
        memory = target;
        position = 0;
        return this;
    }

    public long position() {
        return position;
    }

    public MemoryWriter u8(int value) {
        memory.set(Layouts.BYTE, advance(1), (byte) value);
        return this;
    }

    public MemoryWriter u16(int value) {
        memory.set(Layouts.SHORT, advance(2), (short) value);
        return this;
    }

    public MemoryWriter u32(int value) {
        memory.set(Layouts.INT, advance(4), value);
        return this;
    }

    public MemoryWriter i64(long value) {
        memory.set(Layouts.LONG, advance(8), value);
        return this;
    }

    public MemoryWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public MemoryWriter bytes(byte[] value) {
        u32(value.length);
        MemorySegment.copy(value, 0, memory, Layouts.BYTE, advance(value.length), value.length);
        return this;
    }

    public MemoryWriter map(Map<String, String> map) {
        u32(map.size());
        map.forEach((key, value) -> text(key).text(value));
        return this;
    }

    /// Copies `source` as it is, without a length.
    public MemoryWriter raw(MemorySegment source) {
        MemorySegment.copy(source, 0, memory, advance(source.byteSize()), source.byteSize());
        return this;
    }

    /// Writes zeros up to the next multiple of `bytes` from the front.
    public MemoryWriter align(int bytes) {
        while (position % bytes != 0) {
            u8(0);
        }
        return this;
    }

    /// Bytes that {@link #text} takes.
    public static int textBytes(String value) {
        return 4 + value.getBytes(StandardCharsets.UTF_8).length;
    }

    /// Bytes that {@link #map} takes.
    public static int mapBytes(Map<String, String> map) {
        int bytes = 4;
        for (var entry : map.entrySet()) {
            bytes += textBytes(entry.getKey()) + textBytes(entry.getValue());
        }
        return bytes;
    }

    private long advance(long bytes) {
        long at = position;
        if (at + bytes > memory.byteSize()) {
            throw new BrokenInvariant(
                    "writing " + bytes + " bytes at " + at + " of a buffer of " + memory.byteSize() + " bytes");
        }
        position = at + bytes;
        return at;
    }
}
