package io.distil.base.memory;

import io.distil.base.CorruptBlock;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Reads what {@link MemoryWriter} wrote. Checks every length against what is left before it allocates. One owner thread.
public final class MemoryReader {
    private MemorySegment memory;
    private String name;
    private long position;

    /// Starts reading at the front of `source`.
    ///
    /// @param what named in failures: a file and offset, or a key
    public MemoryReader wrap(MemorySegment source, String what) {
        memory = source;
        name = what;
        position = 0;
        return this;
    }

    public long position() {
        return position;
    }

    public long remaining() {
        return memory.byteSize() - position;
    }

    public int u8() throws CorruptBlock {
        return memory.get(Layouts.BYTE, advance(1)) & 0xff;
    }

    public int u16() throws CorruptBlock {
        return memory.get(Layouts.SHORT, advance(2)) & 0xffff;
    }

    /// A count or length: refused when it is beyond a positive int.
    public int u32() throws CorruptBlock {
        int value = memory.get(Layouts.INT, advance(4));
        if (value < 0) {
            throw new CorruptBlock(name + ": a length of " + Integer.toUnsignedLong(value) + " at " + (position - 4));
        }
        return value;
    }

    public long i64() throws CorruptBlock {
        return memory.get(Layouts.LONG, advance(8));
    }

    public String text() throws CorruptBlock {
        byte[] bytes = bytes();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new CorruptBlock(name + ": text before " + position + " is not UTF-8", e);
        }
    }

    public byte[] bytes() throws CorruptBlock {
        return raw(u32()).toArray(Layouts.BYTE);
    }

    public Map<String, String> map() throws CorruptBlock {
        int size = u32();
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            map.put(text(), text());
        }
        return map;
    }

    /// The next `bytes` bytes, as a view of the source.
    public MemorySegment raw(long bytes) throws CorruptBlock {
        return memory.asSlice(advance(bytes), bytes);
    }

    public void align(int bytes) throws CorruptBlock {
        long rest = position % bytes;
        if (rest != 0) {
            advance(bytes - rest);
        }
    }

    private long advance(long bytes) throws CorruptBlock {
        if (bytes < 0 || bytes > remaining()) {
            throw new CorruptBlock(name + ": " + bytes + " bytes wanted at " + position + ", " + remaining() + " left");
        }
        long at = position;
        position = at + bytes;
        return at;
    }
}
