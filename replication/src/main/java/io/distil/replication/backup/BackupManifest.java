package io.distil.replication.backup;

import java.util.List;
import java.util.UUID;

/// What a complete backup consists of; written when all its parts are durable.
///
/// @param id of the backup
/// @param createdEpochNanos wall time at which it was begun
public record BackupManifest(UUID id, long createdEpochNanos, List<BackupItem> items, List<BackupPart> parts) {
    public BackupManifest {
        items = List.copyOf(items);
        parts = List.copyOf(parts);
    }

    public long bytes() {
        return parts.stream().mapToLong(BackupPart::bytes).sum();
    }

    /// Rows of tables and points of streams.
    public long rowCount() {
        return parts.stream().mapToLong(BackupPart::rowCount).sum();
    }
}
