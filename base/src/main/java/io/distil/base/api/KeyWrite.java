package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;

import java.util.Optional;

/// One part of {@link Mutation.WriteTable}: sets or removes a key if a condition holds.
///
/// @param key 1..{@link #KEY_BYTES_MAX} bytes
/// @param condition under which the whole batch is done; otherwise it is refused as `CONDITION_FAILED`
/// @param value empty to remove the key (removing an absent key is no error); at most {@link #VALUE_BYTES_MAX} bytes
public record KeyWrite(byte[] key, Condition condition, Optional<byte[]> value) {
    public static final int KEY_BYTES_MAX = 1000;
    public static final int VALUE_BYTES_MAX = 1 << 20;

    /// What must be true of the key's present state.
    public sealed interface Condition {
        record Always() implements Condition {}

        record Absent() implements Condition {}

        record Present() implements Condition {}

        /// The row is there and was last written by the mutation that made this version of the table.
        record WrittenAt(Version version) implements Condition {}

        /// The row is there and has exactly this value.
        record ValueIs(byte[] value) implements Condition {}
    }

    public static final Condition ALWAYS = new Condition.Always();
    public static final Condition ABSENT = new Condition.Absent();
    public static final Condition PRESENT = new Condition.Present();

    public KeyWrite {
        if (key.length < 1 || key.length > KEY_BYTES_MAX) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, "a key has 1.." + KEY_BYTES_MAX + " bytes; this one has " + key.length);
        }
        if (value.isPresent() && value.get().length > VALUE_BYTES_MAX) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "a value has at most " + VALUE_BYTES_MAX + " bytes; this one has " + value.get().length);
        }
    }

    public static KeyWrite set(byte[] key, byte[] value) {
        return new KeyWrite(key, ALWAYS, Optional.of(value));
    }

    public static KeyWrite insert(byte[] key, byte[] value) {
        return new KeyWrite(key, ABSENT, Optional.of(value));
    }

    public static KeyWrite delete(byte[] key) {
        return new KeyWrite(key, ALWAYS, Optional.empty());
    }
}
