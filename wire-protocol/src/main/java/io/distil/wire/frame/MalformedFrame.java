package io.distil.wire.frame;

import io.distil.base.ErrorCode;

/// Bytes that are not a frame of this protocol. There is no way to find the next frame, so the connection ends; the
/// sentence goes to the peer first.
public final class MalformedFrame extends Exception {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    public MalformedFrame(String sentence) {
        this(ErrorCode.MALFORMED_FRAME, sentence);
    }

    public MalformedFrame(ErrorCode code, String sentence) {
        super(sentence);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
