package io.distil.wire.client;

import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Frame;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Hands chunks to a callback and grants one more for each. On the client's thread.
final class CallbackReceiver implements ChunkReceiver {
    private final ClientLoop loop;
    private final Consumer<Answer.Chunk> receiver;
    private final CompletableFuture<Void> future = new CompletableFuture<>();
    private StreamCall call;

    CallbackReceiver(ClientLoop loop, Consumer<Answer.Chunk> receiver) {
        this.loop = loop;
        this.receiver = receiver;
    }

    /// Asks. The future completes behind the last chunk; cancelled, it ends the answer.
    CompletableFuture<Void> start(StreamCall newCall) {
        call = newCall;
        loop.submit(newCall);
        future.whenComplete((_, _) -> {
            if (future.isCancelled()) {
                loop.cancel(newCall);
            }
        });
        return future;
    }

    @Override
    public void chunk(Answer.Chunk chunk, Frame frame) {
        try {
            receiver.accept(chunk);
            loop.grant(call, 1);
        } catch (Throwable e) {
            loop.cancel(call);
            future.completeExceptionally(e);
        } finally {
            frame.release();
        }
    }

    @Override
    public void end() {
        future.complete(null);
    }

    @Override
    public void fail(Throwable cause) {
        future.completeExceptionally(cause);
    }
}
