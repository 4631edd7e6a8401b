package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.Arrays;
import java.util.HexFormat;

/// Keys from `from` (inclusive) to `until` (exclusive), ordered byte by byte, unsigned; a key that begins another comes
/// before it. The arrays belong to the range from now on.
///
/// @param from empty for the beginning
/// @param until null for the end
public record KeyRange(byte[] from, byte[] until) {
    public static final KeyRange ALL = new KeyRange(new byte[0], null);

    public KeyRange {
        if (until != null && Arrays.compareUnsigned(from, until) > 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "key range from "
                            + HexFormat.of().formatHex(from)
                            + " ends before it begins, at "
                            + HexFormat.of().formatHex(until));
        }
    }

    /// All keys that begin with `prefix`.
    public static KeyRange prefix(byte[] prefix) {
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xff) {
                byte[] after = Arrays.copyOf(prefix, last + 1);
                after[last]++;
                return new KeyRange(prefix, after);
            }
        }
        return new KeyRange(prefix, null);
    }

    public boolean contains(byte[] key) {
        return Arrays.compareUnsigned(from, key) <= 0 && (until == null || Arrays.compareUnsigned(key, until) < 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange range && Arrays.equals(from, range.from) && Arrays.equals(until, range.until);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(from) + Arrays.hashCode(until);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return "[" + hex.formatHex(from) + ", " + (until == null ? "end" : hex.formatHex(until)) + ")";
    }
}
