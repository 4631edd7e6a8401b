package io.distil.base;

import java.io.IOException;

/// The disk refused an operation. A failed sync is never retried: whoever owns the file stops writing to it.
public class DiskFailed extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean full;

    public DiskFailed(String sentence) {
        this(sentence, false, null);
    }

    public DiskFailed(String sentence, Throwable cause) {
        this(sentence, false, cause);
    }

    public DiskFailed(String sentence, boolean full, Throwable cause) {
        super(sentence, cause);
        this.full = full;
    }

    /// True when there was no space left, which may pass; everything else is taken as permanent.
    public boolean isFull() {
        return full;
    }
}
