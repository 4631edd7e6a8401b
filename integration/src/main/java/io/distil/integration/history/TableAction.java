package io.distil.integration.history;

import io.distil.integration.history.RegisterAction.Ending;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// What can be done to several keys of a table at once, with the answer.
public sealed interface TableAction {
    /// @param rows all there were
    record ReadAll(SortedMap<String, String> rows) implements TableAction {
        @Override
        public String toString() {
            return "read all → " + rows;
        }
    }

    /// One part of a batch.
    ///
    /// @param expected what the key must have; empty if that does not matter
    /// @param value empty to remove the key
    record Part(String key, Optional<String> expected, Optional<String> value) {
        @Override
        public String toString() {
            return key + ": " + expected.orElse("anything") + " → " + value.orElse("nothing");
        }
    }

    /// All parts or none.
    record Batch(List<Part> parts, Ending ending) implements TableAction {
        public Batch {
            parts = List.copyOf(parts);
        }

        @Override
        public String toString() {
            return parts
                    + switch (ending) {
                        case DONE -> " → done";
                        case CONDITION_FAILED -> " → condition failed";
                        case IN_DOUBT -> "";
                    };
        }
    }
}
