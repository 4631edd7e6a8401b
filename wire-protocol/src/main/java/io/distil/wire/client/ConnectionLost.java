package io.distil.wire.client;

import io.distil.base.ErrorCode;

import java.io.IOException;

/// The server could not be reached, or did not answer in time. A read can be asked again; a mutation that failed so is in
/// doubt.
public final class ConnectionLost extends IOException {
    private static final long serialVersionUID = 1L;

    public ConnectionLost(String sentence) {
        super(sentence);
    }

    public ConnectionLost(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /// The code programs see.
    public ErrorCode code() {
        return ErrorCode.CONNECTION_LOST;
    }
}
