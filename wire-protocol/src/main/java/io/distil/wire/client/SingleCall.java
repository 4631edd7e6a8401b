package io.distil.wire.client;

import io.distil.wire.frame.Answer;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;

/// A request with one answer. Any of them could be repeated: questions change nothing, and mutations are tagged.
final class SingleCall<T> extends Call {
    private final BooleanSupplier repeats;
    private final LongFunction<EncodedFrame> frame;
    private final Function<Answer, T> result;
    private final String doubt;
    private final CompletableFuture<T> future = new CompletableFuture<>();

    /// @param repeats whether it is sent again when the connection is lost
    /// @param frame by the number of the connection
    /// @param result what the caller wants of the answer; null if it is not the right kind
    /// @param doubt what to add to the sentence when no answer arrives
    SingleCall(
            long requestId,
            long deadlineNanos,
            BooleanSupplier repeats,
            LongFunction<EncodedFrame> frame,
            Function<Answer, T> result,
            String doubt) {
        super(requestId, deadlineNanos);
        this.repeats = repeats;
        this.frame = frame;
        this.result = result;
        this.doubt = doubt;
    }

    CompletableFuture<T> future() {
        return future;
    }

    @Override
    EncodedFrame frame(long connectionNumber) {
        return frame.apply(connectionNumber);
    }

    @Override
    boolean isRepeatable() {
        return repeats.getAsBoolean();
    }

    @Override
    boolean answer(Answer answer, Frame received) {
        received.release();
        if (answer instanceof Answer.Failure failure) {
            fail(toThrowable(failure));
            return true;
        }
        T value = result.apply(answer);
        if (value == null) {
            fail(new IOException("the server answered with a " + answer.getClass().getSimpleName()));
        } else {
            future.complete(value);
        }
        return true;
    }

    @Override
    void fail(Throwable cause) {
        future.completeExceptionally(cause);
    }

    @Override
    String doubt() {
        return doubt;
    }
}
