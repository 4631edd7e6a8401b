package io.distil.replication.table;

import io.distil.base.CorruptBlock;
import io.distil.base.Version;
import io.distil.base.api.TableRow;

import java.util.Arrays;

/// A row's value as a tree keeps it: the version that wrote it, then the value. The only code that knows these bytes.
///
/// | bytes | field |
/// |---|---|
/// | 1..9 | major version: seven bits a byte, the lowest first, the eighth bit set in all bytes but the last |
/// | 1..9 | minor version, so too |
/// | … | the value |
final class StoredRow {
    private static final int BITS_PER_BYTE = 7;

    /// A version number has 63 bits.
    private static final int NUMBER_BYTES_MAX = 9;

    private StoredRow() {}

    static byte[] encode(Version version, byte[] value) {
        byte[] prefix = new byte[2 * NUMBER_BYTES_MAX];
        int bytes = put(prefix, put(prefix, 0, version.major()), version.minor());
        byte[] stored = Arrays.copyOf(prefix, bytes + value.length);
        System.arraycopy(value, 0, stored, bytes, value.length);
        return stored;
    }

    private static int put(byte[] to, int from, long number) {
        int at = from;
        long left = number;
        while (left > 0x7f) {
            to[at++] = (byte) (left | 0x80);
            left >>>= BITS_PER_BYTE;
        }
        to[at++] = (byte) left;
        return at;
    }

    static TableRow decode(byte[] key, byte[] stored) throws CorruptBlock {
        int minorAt = endOfNumber(stored, 0);
        int valueAt = endOfNumber(stored, minorAt);
        Version version = new Version(number(stored, 0, minorAt), number(stored, minorAt, valueAt));
        return new TableRow(key, Arrays.copyOfRange(stored, valueAt, stored.length), version);
    }

    private static int endOfNumber(byte[] stored, int from) throws CorruptBlock {
        for (int at = from; at < stored.length && at < from + NUMBER_BYTES_MAX; at++) {
            if (stored[at] >= 0) {
                return at + 1;
            }
        }
        throw new CorruptBlock("a row of " + stored.length + " bytes does not begin with the version that wrote it");
    }

    private static long number(byte[] stored, int from, int until) {
        long number = 0;
        for (int at = until - 1; at >= from; at--) {
            number = number << BITS_PER_BYTE | stored[at] & 0x7f;
        }
        return number;
    }
}
