package io.distil.wire.frame;

import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads what follows a frame's block: texts, maps and columns. Every count and length is checked against the bytes that are
/// left before anything is allocated for it, so that no frame makes its reader take more memory than a few times the frame.
final class FrameReader {
    private final MemorySegment memory;
    private int position;

    FrameReader(Frame frame) {
        this.memory = frame.memory();
        this.position = FrameFormat.HEADER_BYTES + frame.header().blockLength();
    }

    int number32(String field) throws MalformedFrame {
        int at = take(field, Integer.BYTES);
        return memory.get(Layouts.INT, at);
    }

    long number64(String field) throws MalformedFrame {
        int at = take(field, Long.BYTES);
        return memory.get(Layouts.LONG, at);
    }

    StreamId streamId(String field) throws MalformedFrame {
        return new StreamId(number64(field), number64(field));
    }

    /// A count of things that take at least `bytesMin` bytes each.
    int count(String field, int bytesMin) throws MalformedFrame {
        return checkCount(field, Integer.toUnsignedLong(number32(field)), bytesMin);
    }

    int checkCount(String field, long count, int bytesMin) throws MalformedFrame {
        if (count > (memory.byteSize() - position) / bytesMin) {
            throw new MalformedFrame(
                    field + " says " + count + ", but only " + (memory.byteSize() - position) + " bytes follow");
        }
        return (int) count;
    }

    byte[] bytes(String field) throws MalformedFrame {
        int length = count(field, 1);
        return memory.asSlice(take(field, length), length).toArray(Layouts.BYTE);
    }

    String text(String field) throws MalformedFrame {
        int length = count(field, 1);
        int at = take(field, length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(memory.asSlice(at, length).asByteBuffer()).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrame(field + " is not UTF-8");
        }
    }

    Optional<byte[]> optionalBytes(String field) throws MalformedFrame {
        boolean isPresent = number32(field) != 0;
        byte[] bytes = bytes(field);
        return isPresent ? Optional.of(bytes) : Optional.empty();
    }

    KeyRange keyRange() throws MalformedFrame {
        return new KeyRange(bytes("from key"), optionalBytes("until key").orElse(null));
    }

    Version version(String field) throws MalformedFrame {
        return new Version(number64(field), number64(field));
    }

    /// A count of things that take at least `bytesMin` bytes each, at most `countMax`.
    int count(String field, int bytesMin, int countMax) throws MalformedFrame {
        int count = count(field, bytesMin);
        if (count > countMax) {
            throw new MalformedFrame(field + " has " + count + " entries; at most " + countMax + " are taken");
        }
        return count;
    }

    List<String> texts(String field, int countMax) throws MalformedFrame {
        int count = count(field, Integer.BYTES, countMax);
        List<String> texts = new ArrayList<>(Math.min(count, 1 << 10));
        for (int i = 0; i < count; i++) {
            texts.add(text(field));
        }
        return texts;
    }

    Map<String, String> map(String field, int countMax) throws MalformedFrame {
        int count = count(field, 2 * Integer.BYTES, countMax);
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String key = text(field);
            if (map.put(key, text(field)) != null) {
                throw new MalformedFrame(field + " has the key '" + key + "' twice");
            }
        }
        return map;
    }

    /// A column of 64-bit numbers, in place.
    MemorySegment column(String field, int count) throws MalformedFrame {
        checkCount(field, count, Long.BYTES);
        return memory.asSlice(take(field, Long.BYTES * count), (long) Long.BYTES * count);
    }

    void align() throws MalformedFrame {
        take("padding", FrameFormat.wordsUp(position) - position);
    }

    /// Checks that nothing is left over but padding.
    void end() throws MalformedFrame {
        if (FrameFormat.wordsUp(position) != memory.byteSize()) {
            throw new MalformedFrame(memory.byteSize() - position + " bytes are left over at the frame's end");
        }
    }

    private int take(String field, int bytes) throws MalformedFrame {
        if (bytes > memory.byteSize() - position) {
            throw new MalformedFrame("the frame ends inside " + field);
        }
        int at = position;
        position += bytes;
        return at;
    }
}
