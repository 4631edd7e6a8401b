package io.distil.replication.log;

import io.distil.storage.ring.DiskFile;

/// A slot file and the segment it holds now.
///
/// @param bytes of the slot file
/// @param number of the segment; 0 when the slot is free
/// @param firstPosition of the first entry that is or will be in it
record LogSegment(DiskFile file, long bytes, long number, long firstPosition) {
    static LogSegment ofFree(DiskFile file, long bytes) {
        return new LogSegment(file, bytes, 0, 0);
    }

    boolean isFree() {
        return number == 0;
    }
}
