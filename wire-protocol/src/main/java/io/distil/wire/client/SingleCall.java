package io.distil.wire.client;

import io.distil.wire.frame.Answer;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/// A request with one answer. All of them may be repeated: questions change nothing, and mutations are tagged.
final class SingleCall<T> extends Call {
    private final LongFunction<EncodedFrame> frame;
    private final Function<Answer, T> result;
    private final String doubt;
    private final Consumer<SingleCall<T>> atEnd;
    private final CompletableFuture<T> future = new CompletableFuture<>();

    /// @param frame by the number of the connection
    /// @param result what the caller wants of the answer; null if it is not the right kind
    /// @param doubt what to add to the sentence when no answer arrives
    /// @param atEnd called before the future completes
    SingleCall(
            long requestId,
            long deadlineNanos,
            LongFunction<EncodedFrame> frame,
            Function<Answer, T> result,
            String doubt,
            Consumer<SingleCall<T>> atEnd) {
        super(requestId, deadlineNanos);
        this.frame = frame;
        this.result = result;
        this.doubt = doubt;
        this.atEnd = atEnd;
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
        return true;
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
            atEnd.accept(this);
            future.complete(value);
        }
        return true;
    }

    @Override
    void fail(Throwable cause) {
        atEnd.accept(this);
        future.completeExceptionally(cause);
    }

    @Override
    String doubt() {
        return doubt;
    }
}
