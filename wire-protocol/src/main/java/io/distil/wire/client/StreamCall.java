package io.distil.wire.client;

import io.distil.wire.frame.Answer;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/// A request with a streamed answer. It may be repeated until its first chunk has been handed on: after that, a second
/// answer could be another one.
final class StreamCall extends Call {
    private final BooleanSupplier repeats;
    private final LongFunction<EncodedFrame> frame;
    private final ChunkReceiver receiver;
    private boolean hasBegun;
    private boolean isCancelled;

    /// @param repeats whether it is sent again at all when the connection is lost
    StreamCall(
            long requestId,
            long deadlineNanos,
            BooleanSupplier repeats,
            LongFunction<EncodedFrame> frame,
            ChunkReceiver receiver) {
        super(requestId, deadlineNanos);
        this.repeats = repeats;
        this.frame = frame;
        this.receiver = receiver;
    }

    @Override
    EncodedFrame frame(long connectionNumber) {
        return frame.apply(connectionNumber);
    }

    @Override
    boolean isRepeatable() {
        return repeats.getAsBoolean() && !hasBegun && !isCancelled;
    }

    /// Nobody wants the rest; what still comes is dropped until the server says that it was the end.
    void cancel() {
        isCancelled = true;
    }

    @Override
    boolean answer(Answer answer, Frame received) {
        if (answer instanceof Answer.Chunk chunk && !isCancelled) {
            hasBegun = true;
            deadlineNanos = Long.MAX_VALUE;
            receiver.chunk(chunk, received);
            return false;
        }
        received.release();
        switch (answer) {
            case Answer.Chunk _ -> {
                return false;
            }
            case Answer.End _ -> receiver.end();
            case Answer.Failure failure -> fail(toThrowable(failure));
            default -> fail(new IOException("the server answered with a " + answer.getClass().getSimpleName()));
        }
        return true;
    }

    @Override
    void fail(Throwable cause) {
        receiver.fail(cause);
    }
}
