package io.distil.base;

import java.io.IOException;

/// Bytes on disk that are not what was written there: a wrong checksum, address, version or magic. Names the file and the
/// offset; retrying does not help.
public final class CorruptBlock extends IOException {
    private static final long serialVersionUID = 1L;

    public CorruptBlock(String sentence) {
        super(sentence);
    }

    public CorruptBlock(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
