package io.distil.daemon.cli;

import java.io.IOException;

/// Whoever read standard output has seen enough (`distil points … | head`): the command ends, and that is no failure.
final class ClosedOutput extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedOutput(IOException cause) {
        super("standard output was closed", cause);
    }
}
