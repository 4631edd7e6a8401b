package io.distil.wire.client;

import io.distil.base.BrokenInvariant;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.Layouts;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.FrameFormat;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestEncoder;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/// The way to one node: makes calls of questions and mutations, over as many connections as that takes. Any thread.
final class Link implements AutoCloseable {
    private final DistilClientOptions options;
    private final NanoClock clock;
    private final ClientLoop loop;
    private final boolean isOnlyWay;
    private final AtomicLong lastRequestId = new AtomicLong();

    /// Begins to connect.
    ///
    /// @param isOnlyWay whether calls outlive their connection in any case; if not, those to a node of a cluster fail with it,
    ///     for somebody above to try elsewhere
    Link(InetSocketAddress address, DistilClientOptions options, NanoClock clock, Identity identity, boolean isOnlyWay)
            throws IOException {
        this.options = options;
        this.clock = clock;
        this.isOnlyWay = isOnlyWay;
        Request.Hello hello =
                new Request.Hello(
                        identity.high(),
                        identity.low(),
                        FrameFormat.FEATURE_CLUSTER,
                        options.clientName(),
                        options.token());
        this.loop = new ClientLoop(address, options, clock, hello);
    }

    /// The first handshake, or why there was none: then the link is of no use any more.
    CompletableFuture<Answer.Welcome> welcomed() {
        return loop.firstWelcome();
    }

    /// Whether the node said, when it was last reached, that it may not be the only one.
    boolean isOfCluster() {
        return loop.isOfCluster();
    }

    boolean isOwnThread() {
        return loop.isOwnThread();
    }

    /// False once closed, or when the node was not reached at all.
    boolean isOpen() {
        return loop.acceptsCalls();
    }

    /// Whether nothing of the link is left.
    boolean isOver() {
        return loop.isOver();
    }

    private boolean repeats() {
        return isOnlyWay || !loop.isOfCluster();
    }

    int creditChunks() {
        return options.inFlight().creditChunks();
    }

    // Single calls.

    CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return call(
                new Request.Mutate(mutation, tag, durability),
                options.timeouts().mutationNanos(),
                answer -> answer instanceof Answer.Done(Outcome outcome) ? outcome : null,
                "; it may or may not have been done");
    }

    CompletableFuture<Void> await(LogPosition position, Durability durability) {
        CompletableFuture<Outcome> done =
                call(
                        new Request.Await(position, durability),
                        options.timeouts().mutationNanos(),
                        answer -> answer instanceof Answer.Done(Outcome outcome) ? outcome : null,
                        "");
        return done.thenApply(_ -> null);
    }

    CompletableFuture<Outcome> submitTo(int group, Mutation.OfTablets command, WriteTag tag) {
        return call(
                new Request.PlaceTablets(group, command.command().toArray(Layouts.BYTE), tag),
                options.timeouts().mutationNanos(),
                answer -> answer instanceof Answer.Done(Outcome outcome) ? outcome : null,
                "; it may or may not have been done");
    }

    CompletableFuture<byte[]> ask(int group, byte[] question) {
        return call(
                new Request.AskGroup(group, question),
                options.timeouts().readNanos(),
                answer -> answer instanceof Answer.OfGroup(byte[] told) ? told : null,
                "");
    }

    /// Encodes at once, so that what does not fit into a frame is refused here.
    private <T> CompletableFuture<T> call(
            Request request, long timeoutNanos, Function<Answer, T> result, String doubt) {
        long requestId = lastRequestId.incrementAndGet();
        try {
            EncodedFrame frame = RequestEncoder.encode(requestId, request);
            return submit(requestId, timeoutNanos, _ -> frame, result, doubt);
        } catch (Refused e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> CompletableFuture<T> submit(
            long requestId,
            long timeoutNanos,
            LongFunction<EncodedFrame> frame,
            Function<Answer, T> result,
            String doubt) {
        SingleCall<T> call =
                new SingleCall<>(requestId, clock.monotonicNanos() + timeoutNanos, this::repeats, frame, result, doubt);
        loop.submit(call);
        return call.future();
    }

    /// Asks for one answer.
    ///
    /// @param request by the number of the connection it is sent on
    <T> CompletableFuture<T> question(LongFunction<Request> request, Function<Answer, T> result) {
        long requestId = lastRequestId.incrementAndGet();
        return submit(
                requestId,
                options.timeouts().readNanos(),
                on -> RequestEncoder.encode(requestId, request.apply(on)),
                result,
                "");
    }

    /// Asks for one answer and waits for it.
    <T> T ask(LongFunction<Request> request, Function<Answer, T> result) throws IOException {
        BrokenInvariant.check(!loop.isOwnThread(), "a blocking question was asked on the client's own thread");
        return get(question(request, result));
    }

    /// Lets a snapshot go, if the connection it was opened on is still there.
    void closeSnapshot(long number, long connectionNumber) {
        loop.letGo(lastRequestId.incrementAndGet(), number, connectionNumber);
    }

    // Streamed calls.

    /// Asks for chunks.
    ChunkQueue stream(LongFunction<Request> request) {
        ChunkQueue queue = new ChunkQueue(loop, creditChunks());
        queue.start(streamCall(request, queue));
        return queue;
    }

    /// Asks for chunks and waits for all their items.
    <T> List<T> collect(LongFunction<Request> request, Function<Answer.Chunk, List<T>> items) throws IOException {
        List<T> all = new ArrayList<>();
        try (ChunkQueue queue = stream(request)) {
            for (Answer.Chunk chunk = queue.next(); chunk != null; chunk = queue.next()) {
                all.addAll(items.apply(chunk));
            }
        }
        return all;
    }

    /// Hands chunks to a callback on the client's thread. Cancelling the future ends the answer.
    CompletableFuture<Void> read(LongFunction<Request> request, Consumer<Answer.Chunk> receiver) {
        CallbackReceiver callback = new CallbackReceiver(loop, receiver);
        return callback.start(streamCall(request, callback));
    }

    private StreamCall streamCall(LongFunction<Request> request, ChunkReceiver receiver) {
        long requestId = lastRequestId.incrementAndGet();
        return new StreamCall(
                requestId,
                clock.monotonicNanos() + options.timeouts().readNanos(),
                this::repeats,
                on -> RequestEncoder.encode(requestId, request.apply(on)),
                receiver);
    }

    // How callers wait.

    static <T> T get(CompletableFuture<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the server");
        }
    }

    /// Throws what went wrong on the client's thread to the thread that waited for it.
    static IOException rethrown(Throwable cause) {
        return switch (cause) {
            case Refused e -> throw new Refused(e.code(), e.getMessage(), e);
            case RuntimeException e -> throw e;
            case IOException e -> e;
            default -> new IOException("the client failed", cause);
        };
    }

    /// Gives everything back. What is under way fails with {@link ConnectionLost}.
    @Override
    public void close() {
        loop.close();
    }
}
