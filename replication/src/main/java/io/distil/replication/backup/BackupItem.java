package io.distil.replication.backup;

import io.distil.base.Version;
import io.distil.base.api.StreamDescriptor;

/// One stream or table in a backup, at one version.
public sealed interface BackupItem {
    /// The version whose contents are in the backup.
    Version version();

    /// For people: `stream plants/7/power` or `table plants/turbines`.
    String title();

    record OfStream(StreamDescriptor descriptor, Version version) implements BackupItem {
        @Override
        public String title() {
            return "stream " + descriptor.path();
        }
    }

    /// @param createdEpochNanos of the table; tells it from another one that takes its name while the backup is being made
    record OfTable(String table, Version version, long createdEpochNanos) implements BackupItem {
        @Override
        public String title() {
            return "table " + table;
        }
    }
}
