package io.distil.wire.client;

import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.Refused;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;

import java.io.IOException;

/// A request on its way, from its submission to its last answer, over as many connections as that takes. After the
/// submission, only the client's own thread touches it.
abstract class Call {
    final long requestId;
    long deadlineNanos;
    boolean isDone;

    /// True while its frame waits to be sent, or has been sent only in part.
    boolean isUnsent;

    Call(long requestId, long deadlineNanos) {
        this.requestId = requestId;
        this.deadlineNanos = deadlineNanos;
    }

    /// The frame to send on the connection with this number.
    abstract EncodedFrame frame(long connectionNumber);

    /// Whether it may be sent again on another connection.
    abstract boolean isRepeatable();

    /// Takes an answer, and the frame it lies in, which the call releases.
    ///
    /// @return true if it was the last one
    abstract boolean answer(Answer answer, Frame frame);

    abstract void fail(Throwable cause);

    /// What is in doubt if the call fails now.
    String doubt() {
        return "";
    }

    static Throwable toThrowable(Answer.Failure failure) {
        if (!failure.inDoubt()) {
            return new Refused(failure.code(), failure.sentence());
        }
        return switch (failure.code()) {
            case CORRUPT -> new CorruptBlock(failure.sentence());
            case DISK_FULL -> new DiskFailed(failure.sentence(), true, null);
            case CONNECTION_LOST -> new ConnectionLost(failure.sentence());
            default -> new IOException(failure.sentence());
        };
    }
}
