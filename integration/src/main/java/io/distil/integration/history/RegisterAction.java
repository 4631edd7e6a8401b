package io.distil.integration.history;

import io.distil.base.Version;
import io.distil.base.api.KeyWrite;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What can be done to one key of a table, with the answer.
public sealed interface RegisterAction {
    /// How a write ended.
    enum Ending {
        DONE,
        /// `CONDITION_FAILED`: looked at, and nothing changed.
        CONDITION_FAILED,
        /// No answer.
        IN_DOUBT
    }

    /// @param value what the key had; empty if it was not there
    /// @param version of the write that the row names, or null where nothing is known
    record Read(Optional<String> value, Version version) implements RegisterAction {
        @Override
        public String toString() {
            return "get → " + value.map(text -> text + at(version)).orElse("nothing");
        }
    }

    /// @param value empty to remove the key
    /// @param version the answer named, or null where none is known
    record Write(KeyWrite.Condition condition, Optional<String> value, Ending ending, Version version)
            implements RegisterAction {
        @Override
        public String toString() {
            return value.map(text -> "set " + text).orElse("delete")
                    + text(condition)
                    + switch (ending) {
                        case DONE -> " → done" + at(version);
                        case CONDITION_FAILED -> " → condition failed";
                        case IN_DOUBT -> "";
                    };
        }
    }

    private static String at(Version version) {
        return version == null ? "" : " at " + version;
    }

    private static String text(KeyWrite.Condition condition) {
        return switch (condition) {
            case KeyWrite.Condition.Always _ -> "";
            case KeyWrite.Condition.Absent _ -> " if absent";
            case KeyWrite.Condition.Present _ -> " if present";
            case KeyWrite.Condition.WrittenAt(Version version) -> " if written at " + version;
            case KeyWrite.Condition.ValueIs(byte[] value) -> " if it is " + new String(value, StandardCharsets.UTF_8);
        };
    }
}
