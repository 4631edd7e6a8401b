package io.distil.replication.backup;

/// Names, numbers and bounds of a backup's files; the tables are in `docs/formats/backup.md`.
final class BackupFormat {
    static final String PLAN = "plan";
    static final String MANIFEST = "manifest";
    static final String PARTS = "parts";

    /// `DSTLBKUP`, read as a little-endian number.
    static final long MAGIC = 0x50554b424c545344L;

    static final int FORMAT = 1;

    /// Kind, stored bytes, raw bytes, checksum.
    static final int UNIT_HEADER_BYTES = 16;

    /// A unit is ended when it has so many bytes before compression.
    static final int UNIT_BYTES = 1 << 20;

    /// No unit is longer before compression: a row of the longest key and value, or the points of one time.
    static final int UNIT_BYTES_MAX = 24 << 20;

    /// What a unit holds. Numbers on disk; never reused.
    enum Kind {
        HEADER(1),
        STREAM(2),
        TABLE(3),
        SLICE(4),
        PART(5),
        PIECE(6),
        ROWS(7),
        POINTS(8),
        END(9);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        /// The kind with this number, or null.
        static Kind ofNumber(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            return null;
        }
    }

    private BackupFormat() {}
}
