package io.distil.wire.server;

import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.wire.frame.Answer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// What a caller is told of trouble: a code and a sentence, never a stack trace. What the caller cannot help is logged
/// here in full.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static Answer.Failure of(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case Refused e -> new Answer.Failure(e.code(), false, String.valueOf(e.getMessage()));
            case CorruptBlock e ->
                    logged(e, new Answer.Failure(ErrorCode.CORRUPT, true, String.valueOf(e.getMessage())));
            case DiskFailed e when e.isFull() ->
                    logged(e, new Answer.Failure(ErrorCode.DISK_FULL, true, String.valueOf(e.getMessage())));
            case IOException e ->
                    logged(e, new Answer.Failure(ErrorCode.INTERNAL, true, String.valueOf(e.getMessage())));
            default ->
                    logged(
                            cause,
                            new Answer.Failure(
                                    ErrorCode.INTERNAL,
                                    true,
                                    "the server met a fault of its own; its log has the details"));
        };
    }

    private static Answer.Failure logged(Throwable cause, Answer.Failure failure) {
        LOG.warn("a request failed", cause);
        return failure;
    }
}
