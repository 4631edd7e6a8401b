package io.distil.replication.backup;

/// A file of a backup.
///
/// @param slice which part of the work it belongs to, from 0
/// @param number in the slice, from 1
/// @param bytes of the file, without the zeros that fill its last page
/// @param checksum CRC-32C of these bytes
/// @param rowCount rows and points in it
public record BackupPart(int slice, int number, long bytes, int checksum, long rowCount) {
    /// The file's name in the directory of the backup.
    public String fileName() {
        return "%s/%06d-%04d.part".formatted(BackupFormat.PARTS, slice, number);
    }
}
