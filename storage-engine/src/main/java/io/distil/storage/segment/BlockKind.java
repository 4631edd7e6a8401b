package io.distil.storage.segment;

/// What a block holds. The number is in its header on disk.
public enum BlockKind {
    SERIES_LEAF(1),
    SERIES_NODE(2),
    KEYED_LEAF(3),
    KEYED_NODE(4),
    /// A value too large for the leaf that refers to it.
    KEYED_VALUE(5);

    private final int number;

    BlockKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /// The kind with this number, or null if there is none.
    static BlockKind ofNumber(int number) {
        for (BlockKind kind : values()) {
            if (kind.number == number) {
                return kind;
            }
        }
        return null;
    }
}
