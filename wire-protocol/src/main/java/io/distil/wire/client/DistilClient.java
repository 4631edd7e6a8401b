package io.distil.wire.client;

import io.distil.base.BrokenInvariant;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestEncoder;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/// A store behind the network. One connection carries everything, any number of threads may use it.
///
/// **Mutations** are tagged and sent again after a lost connection until they are answered or their time is over; the store
/// recognises a repetition, so each is applied once. Their points are sent from the caller's memory: it must stay as it is
/// until the future completes. **Reads** are asked again as long as nothing of their answer has been handed on; after that
/// they fail with {@link ConnectionLost}.
///
/// Futures complete, and callbacks run, on the client's own thread. A blocking method called there throws, rather than
/// wait for itself.
public final class DistilClient implements StreamStore {
    private final DistilClientOptions options;
    private final NanoClock clock;
    private final ClientLoop loop;
    private final Answer.Welcome welcome;
    private final MutationWindow window;
    private final long clientHigh;
    private final long clientLow;
    private final AtomicLong lastRequestId = new AtomicLong();

    private DistilClient(
            DistilClientOptions options,
            NanoClock clock,
            ClientLoop loop,
            Answer.Welcome welcome,
            long clientHigh,
            long clientLow) {
        this.options = options;
        this.clock = clock;
        this.loop = loop;
        this.welcome = welcome;
        this.window = new MutationWindow(options.inFlight().mutationsMax());
        this.clientHigh = clientHigh;
        this.clientLow = clientLow;
    }

    /// Connects and shakes hands.
    ///
    /// @throws ConnectionLost if nobody answers there, with a sentence that says what to try
    /// @throws Refused if somebody answers, but not in a protocol we both speak
    public static DistilClient connect(String host, int port, DistilClientOptions options) throws IOException {
        SecureRandom random = new SecureRandom();
        long clientHigh = random.nextLong();
        long clientLow = random.nextLong();
        NanoClock clock = NanoClock.SYSTEM;
        Request.Hello hello = new Request.Hello(clientHigh, clientLow, 0, options.clientName(), options.token());
        ClientLoop loop = new ClientLoop(InetSocketAddress.createUnresolved(host, port), options, clock, hello);
        try {
            Answer.Welcome welcome = get(loop.firstWelcome());
            return new DistilClient(options, clock, loop, welcome, clientHigh, clientLow);
        } catch (Throwable e) {
            loop.close();
            throw e;
        }
    }

    public static DistilClient connect(String host, int port) throws IOException {
        return connect(host, port, DistilClientOptions.DEFAULT);
    }

    /// What the server said of itself when it was first reached: its name and version, and its limits.
    public Answer.Welcome welcome() {
        return welcome;
    }

    // Mutations.

    /// Sends a mutation. With {@link WriteTag#NONE} the client tags it with its own identity and next number; a caller that
    /// brings a tag answers for its numbers.
    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        boolean isOurs = !tag.isTagged();
        try {
            WriteTag sent =
                    isOurs
                            ? new WriteTag(
                                    clientHigh,
                                    clientLow,
                                    window.take(options.inFlight().waitsForRoom() && !loop.isOwnThread()))
                            : tag;
            Runnable answered = isOurs ? () -> window.answered(sent.sequence()) : () -> {};
            long requestId = lastRequestId.incrementAndGet();
            EncodedFrame frame;
            try {
                frame = RequestEncoder.encode(requestId, new Request.Mutate(mutation, sent));
            } catch (Refused e) {
                answered.run();
                throw e;
            }
            SingleCall<Outcome> call =
                    new SingleCall<>(
                            requestId,
                            clock.monotonicNanos() + options.timeouts().mutationNanos(),
                            _ -> frame,
                            answer -> answer instanceof Answer.Done(Outcome outcome) ? outcome : null,
                            "; it may or may not have been done",
                            _ -> answered.run());
            loop.submit(call);
            return call.future();
        } catch (Refused | IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return CompletableFuture.completedFuture(null);
    }

    // Questions about streams and records.

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return ask(
                _ -> new Request.Info(stream),
                answer -> answer instanceof Answer.Streams(List<StreamInfo> streams) ? streams.getFirst() : null);
    }

    @Override
    public StreamCursor find(StreamFilter filter) throws IOException {
        return RemoteCursors.streams(stream(_ -> new Request.Find(filter, options.inFlight().creditChunks())));
    }

    @Override
    public List<String> collections(String prefix) throws IOException {
        return collect(
                _ -> new Request.Collections(prefix, options.inFlight().creditChunks()),
                chunk -> chunk instanceof Answer.Texts(List<String> texts) ? texts : List.of());
    }

    @Override
    public Optional<StoredRecord> record(String key) throws IOException {
        return ask(
                _ -> new Request.GetRecord(key),
                answer ->
                        answer instanceof Answer.Records(List<StoredRecord> records)
                                ? records.stream().findFirst()
                                : null);
    }

    @Override
    public List<StoredRecord> records(String prefix) throws IOException {
        return collect(
                _ -> new Request.ListRecords(prefix, options.inFlight().creditChunks()),
                chunk -> chunk instanceof Answer.Records(List<StoredRecord> records) ? records : List.of());
    }

    @Override
    public SortedMap<String, String> status() throws IOException {
        return ask(
                _ -> new Request.GetStatus(),
                answer -> answer instanceof Answer.Status status ? new TreeMap<>(status.entries()) : null);
    }

    // Questions about points.

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        long[] connection = new long[1];
        return ask(
                number -> {
                    connection[0] = number;
                    return new Request.OpenSnapshot(stream, at);
                },
                answer ->
                        answer instanceof Answer.SnapshotOpened(long number, Version shown)
                                ? new RemoteSnapshot(this, stream, shown, number, connection[0])
                                : null);
    }

    /// As {@link StreamSnapshot#points}, in one round trip.
    public PointCursor points(StreamId stream, VersionSelector at, TimeRange range) throws IOException {
        return points(direct(stream, at), range);
    }

    /// As {@link StreamSnapshot#alignedWindows}, in one round trip.
    public WindowCursor alignedWindows(StreamId stream, VersionSelector at, TimeRange range, int widthLog2)
            throws IOException {
        return alignedWindows(direct(stream, at), range, widthLog2);
    }

    /// As {@link StreamSnapshot#windows}, in one round trip.
    public WindowCursor windows(StreamId stream, VersionSelector at, TimeRange range, long widthNanos, int depthLog2)
            throws IOException {
        return windows(direct(stream, at), range, widthNanos, depthLog2);
    }

    /// As {@link StreamSnapshot#nearest}, in one round trip.
    public Optional<Point> nearest(StreamId stream, VersionSelector at, long time, Direction direction)
            throws IOException {
        return nearest(direct(stream, at), time, direction);
    }

    /// Reads points without a waiting thread: `receiver` is called on the client's thread with each chunk, whose memory it
    /// may use until it returns. The future completes behind the last one. An exception of the receiver ends the read and
    /// fails the future.
    public CompletableFuture<Void> readPoints(
            StreamId stream, VersionSelector at, TimeRange range, Consumer<PointColumns> receiver) {
        return read(
                direct(stream, at),
                source -> new Request.ReadPoints(source, range, options.inFlight().creditChunks()),
                chunk -> {
                    if (chunk instanceof Answer.Points(PointColumns points)) {
                        receiver.accept(points);
                    }
                });
    }

    /// As {@link #readPoints} for aligned windows; the batch given to the receiver is used again for the next chunk.
    public CompletableFuture<Void> readAlignedWindows(
            StreamId stream, VersionSelector at, TimeRange range, int widthLog2, Consumer<WindowBatch> receiver) {
        return read(
                direct(stream, at),
                source -> new Request.ReadAlignedWindows(source, range, widthLog2, options.inFlight().creditChunks()),
                chunk -> {
                    if (chunk instanceof Answer.Windows windows && windows.count() > 0) {
                        try (WindowBatch batch = new WindowBatch(windows.count())) {
                            windows.copyTo(batch, 0, windows.count());
                            receiver.accept(batch);
                        }
                    }
                });
    }

    PointCursor points(LongFunction<Request.Source> source, TimeRange range) throws IOException {
        return RemoteCursors.points(
                stream(on -> new Request.ReadPoints(source.apply(on), range, options.inFlight().creditChunks())));
    }

    WindowCursor alignedWindows(LongFunction<Request.Source> source, TimeRange range, int widthLog2)
            throws IOException {
        Times.checkWidthLog2(widthLog2);
        return RemoteCursors.windows(
                stream(on ->
                        new Request.ReadAlignedWindows(
                                source.apply(on), range, widthLog2, options.inFlight().creditChunks())));
    }

    WindowCursor windows(LongFunction<Request.Source> source, TimeRange range, long widthNanos, int depthLog2)
            throws IOException {
        Times.checkWidthLog2(depthLog2);
        return RemoteCursors.windows(
                stream(on ->
                        new Request.ReadWindows(
                                source.apply(on), range, widthNanos, depthLog2, options.inFlight().creditChunks())));
    }

    Optional<Point> nearest(LongFunction<Request.Source> source, long time, Direction direction) throws IOException {
        return ask(
                on -> new Request.FindNearest(source.apply(on), time, direction),
                answer -> answer instanceof Answer.Nearest(Optional<Point> point) ? point : null);
    }

    List<TimeRange> changesSince(LongFunction<Request.Source> source, Version since, int resolutionLog2)
            throws IOException {
        Times.checkWidthLog2(resolutionLog2);
        return collect(
                on ->
                        new Request.ReadChanges(
                                source.apply(on), since, resolutionLog2, options.inFlight().creditChunks()),
                chunk -> chunk instanceof Answer.Ranges(List<TimeRange> ranges) ? ranges : List.of());
    }

    void closeSnapshot(long number, long connectionNumber) {
        loop.letGo(lastRequestId.incrementAndGet(), number, connectionNumber);
    }

    // How calls are made.

    private static LongFunction<Request.Source> direct(StreamId stream, VersionSelector at) {
        Request.Source source = new Request.Source.Direct(stream, at);
        return _ -> source;
    }

    /// Asks for one answer and waits for it.
    private <T> T ask(LongFunction<Request> request, Function<Answer, T> result) throws IOException {
        BrokenInvariant.check(!loop.isOwnThread(), "a blocking question was asked on the client's own thread");
        long requestId = lastRequestId.incrementAndGet();
        SingleCall<T> call =
                new SingleCall<>(
                        requestId,
                        clock.monotonicNanos() + options.timeouts().readNanos(),
                        on -> RequestEncoder.encode(requestId, request.apply(on)),
                        result,
                        "",
                        _ -> {});
        loop.submit(call);
        return get(call.future());
    }

    private ChunkQueue stream(LongFunction<Request> request) {
        ChunkQueue queue = new ChunkQueue(loop, options.inFlight().creditChunks());
        queue.start(streamCall(request, queue));
        return queue;
    }

    private StreamCall streamCall(LongFunction<Request> request, ChunkReceiver receiver) {
        long requestId = lastRequestId.incrementAndGet();
        return new StreamCall(
                requestId,
                clock.monotonicNanos() + options.timeouts().readNanos(),
                on -> RequestEncoder.encode(requestId, request.apply(on)),
                receiver);
    }

    private <T> List<T> collect(LongFunction<Request> request, Function<Answer.Chunk, List<T>> items)
            throws IOException {
        List<T> all = new ArrayList<>();
        try (ChunkQueue queue = stream(request)) {
            for (Answer.Chunk chunk = queue.next(); chunk != null; chunk = queue.next()) {
                all.addAll(items.apply(chunk));
            }
        }
        return all;
    }

    private CompletableFuture<Void> read(
            LongFunction<Request.Source> source,
            Function<Request.Source, Request> request,
            Consumer<Answer.Chunk> receiver) {
        CallbackReceiver callback = new CallbackReceiver(loop, receiver);
        callback.start(streamCall(on -> request.apply(source.apply(on)), callback));
        return callback.future();
    }

    /// Hands chunks to a callback and grants one more for each.
    private static final class CallbackReceiver implements ChunkReceiver {
        private final ClientLoop loop;
        private final Consumer<Answer.Chunk> receiver;
        private final CompletableFuture<Void> future = new CompletableFuture<>();
        private StreamCall call;

        private CallbackReceiver(ClientLoop loop, Consumer<Answer.Chunk> receiver) {
            this.loop = loop;
            this.receiver = receiver;
        }

        private void start(StreamCall newCall) {
            call = newCall;
            loop.submit(newCall);
        }

        private CompletableFuture<Void> future() {
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

    private static <T> T get(CompletableFuture<T> future) throws IOException {
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

    /// Gives everything back. What is under way fails with {@link ConnectionLost}; a mutation among it is in doubt.
    @Override
    public void close() {
        window.close();
        loop.close();
    }
}
