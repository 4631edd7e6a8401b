package io.distil.replication.backup;

import io.distil.base.StreamId;

import java.util.List;

/// What is to be backed up.
///
/// @param tablePrefixes tables whose names start with one of these
/// @param streams by their ids
/// @param collectionPrefixes streams whose collections start with one of these
public record BackupSelection(List<String> tablePrefixes, List<StreamId> streams, List<String> collectionPrefixes) {
    public static final BackupSelection EVERYTHING = new BackupSelection(List.of(""), List.of(), List.of(""));

    public BackupSelection {
        tablePrefixes = List.copyOf(tablePrefixes);
        streams = List.copyOf(streams);
        collectionPrefixes = List.copyOf(collectionPrefixes);
    }
}
