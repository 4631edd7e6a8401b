package io.distil.base.api;

/// What an inserted point does to points already present at its time, be they in the same batch, in the buffer or in the
/// tree. Points are taken one by one, in the order of the batch.
public enum MergePolicy {
    /// Adds the point; duplicates are kept in the order of their arrival.
    NEVER(0),
    /// Adds the point unless the same value, bit for bit, is present at that time.
    EQUAL(1),
    /// Adds the point only if nothing is present at that time.
    RETAIN(2),
    /// Removes whatever is present at that time, then adds the point.
    REPLACE(3);

    private final int number;

    MergePolicy(int number) {
        this.number = number;
    }

    /// The number on disk and on the wire.
    public int number() {
        return number;
    }

    /// The policy with this number, or null.
    public static MergePolicy ofNumber(int number) {
        return switch (number) {
            case 0 -> NEVER;
            case 1 -> EQUAL;
            case 2 -> RETAIN;
            case 3 -> REPLACE;
            default -> null;
        };
    }
}
