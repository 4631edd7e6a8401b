package io.distil.storage.store;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.StreamId;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// One of the tables that share a store's keyed tree: a number, a name, and what its keys consist of.
///
/// A key is the table's number in one byte, then the parts, laid out so that the order of bytes is the order of the parts:
/// numbers big-endian, texts in UTF-8. The owner of a table declares it once and lets nobody else put keys together:
///
/// ```
/// Table versions = new Table(3, "series-versions", Part.STREAM, Part.NUMBER);
/// byte[] key = versions.key().stream(id).number(major).bytes();
/// byte[] allOfOneStream = versions.key().stream(id).prefix();
/// long major = versions.number(key, 1);
/// ```
///
/// @param number 1..255, never given to another table
/// @param name for people
/// @param parts in the order in which keys are sorted
public record Table(int number, String name, List<Part> parts) {
    /// What a key may consist of.
    public enum Part {
        /// A stream's id, 16 bytes.
        STREAM(StreamId.BYTES),
        /// A number that is not negative, 8 bytes.
        NUMBER(Long.BYTES),
        /// UTF-8 without a zero character. Ends with a zero byte, unless it is the last part, which goes to the end.
        TEXT(-1);

        private final int bytes;

        Part(int bytes) {
            this.bytes = bytes;
        }
    }

    public Table {
        BrokenInvariant.check(number >= 1 && number <= 255, "table " + name + " has number " + number);
        BrokenInvariant.check(!parts.isEmpty(), "table " + name + " has keys of no parts");
        parts = List.copyOf(parts);
    }

    public Table(int number, String name, Part... parts) {
        this(number, name, List.of(parts));
    }

    /// Begins a key.
    public TableKey key() {
        return new TableKey(this);
    }

    /// What all keys of the table begin with.
    public byte[] prefix() {
        return key().prefix();
    }

    boolean isLast(int part) {
        return part == parts.size() - 1;
    }

    /// Part `part` of a key, which is a stream id.
    public StreamId stream(byte[] key, int part) throws CorruptBlock {
        ByteBuffer at = partOf(key, part, Part.STREAM);
        return new StreamId(at.getLong(), at.getLong());
    }

    /// Part `part` of a key, which is a number.
    public long number(byte[] key, int part) throws CorruptBlock {
        return partOf(key, part, Part.NUMBER).getLong();
    }

    /// Part `part` of a key, which is a text.
    public String text(byte[] key, int part) throws CorruptBlock {
        return StandardCharsets.UTF_8.decode(partOf(key, part, Part.TEXT)).toString();
    }

    private ByteBuffer partOf(byte[] key, int wanted, Part type) throws CorruptBlock {
        BrokenInvariant.check(parts.get(wanted) == type, "part " + wanted + " of " + name + " is no " + type);
        if (key.length == 0 || Byte.toUnsignedInt(key[0]) != number) {
            throw malformed(key);
        }
        int from = 1;
        for (int part = 0; ; part++) {
            int until = endOf(key, from, part);
            if (until < 0 || until > key.length) {
                throw malformed(key);
            }
            if (part == wanted) {
                return ByteBuffer.wrap(key, from, until - from);
            }
            from = until + (parts.get(part) == Part.TEXT ? 1 : 0);
        }
    }

    /// Where a part that begins at `from` ends, its zero byte excluded; negative if it does not.
    private int endOf(byte[] key, int from, int part) {
        if (parts.get(part) != Part.TEXT) {
            return from + parts.get(part).bytes;
        }
        if (isLast(part)) {
            return key.length;
        }
        for (int i = from; i < key.length; i++) {
            if (key[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    private CorruptBlock malformed(byte[] key) {
        return new CorruptBlock("key " + HexFormat.of().formatHex(key) + " is not one of table " + name);
    }

    /// A key as people read it: `series-versions 6f1c… 17`. Bytes that are no key of this table come in hexadecimal.
    public String describe(byte[] key) {
        StringBuilder text = new StringBuilder(name);
        try {
            for (int part = 0; part < parts.size(); part++) {
                text.append(' ');
                switch (parts.get(part)) {
                    case STREAM -> text.append(stream(key, part));
                    case NUMBER -> text.append(number(key, part));
                    case TEXT -> text.append('\'').append(text(key, part)).append('\'');
                }
            }
            return text.toString();
        } catch (CorruptBlock e) {
            return name + " malformed key " + HexFormat.of().formatHex(key);
        }
    }
}
