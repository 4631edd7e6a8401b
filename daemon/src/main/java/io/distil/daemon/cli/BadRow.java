package io.distil.daemon.cli;

import java.io.IOException;

/// A row of the input that holds no point: names the file, the line and the reason.
final class BadRow extends IOException {
    private static final long serialVersionUID = 1L;

    BadRow(String sentence) {
        super(sentence);
    }
}
