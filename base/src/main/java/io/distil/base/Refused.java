package io.distil.base;

/// A request that cannot be done as asked: a code for programs and a sentence for people. Nothing was changed.
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    public Refused(ErrorCode code, String sentence) {
        super(sentence);
        this.code = code;
    }

    public Refused(ErrorCode code, String sentence, Throwable cause) {
        super(sentence, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
