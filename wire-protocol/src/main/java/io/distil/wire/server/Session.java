package io.distil.wire.server;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Outcome;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamSnapshot;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.AnswerEncoder;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.FrameAssembler;
import io.distil.wire.frame.FrameFormat;
import io.distil.wire.frame.FramePool;
import io.distil.wire.frame.MalformedFrame;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// One connection.
///
/// ```
///   PREAMBLE ──magic, version──► HELLO ──hello/welcome──► OPEN ──server stops──► DRAINING ──► CLOSED
///       └───────────── malformed bytes: an error frame, then ─────────────────────────────────────┘
/// ```
///
/// All fields belong to the connection's event loop, which only moves bytes: mutations are handed to the store, which
/// answers by a future, and questions to the reader threads. Bytes are taken from the socket only while there is room for
/// what they ask: `drain` stops, and with it the reading of the socket, when too many mutations are in flight, when the
/// frame memory of the server is used up, or when the client does not take its answers.
final class Session extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private enum State {
        PREAMBLE,
        HELLO,
        OPEN,
        DRAINING,
        CLOSED
    }

    private final ServerContext server;
    private final WireServerOptions options;
    private final FrameAssembler assembler;
    private final HeldSnapshots snapshots;
    private final ByteBuffer preamble = ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ArrayDeque<ByteBuf> pending = new ArrayDeque<>();
    private final Map<Long, ReadTask> reads = new HashMap<>();
    private Channel channel;
    private State state = State.PREAMBLE;
    private int singleReadsInFlight;
    private int mutationsInFlight;
    private long mutationBytesInFlight;
    private boolean isDrainRunning;
    private boolean waitsForMemory;
    private long reservedBytes;
    private boolean flushIsComing;
    private long lastReadNanos;
    private long frameBegunNanos;
    private long acceptedNanos;

    Session(ServerContext server) {
        this.server = server;
        this.options = server.options();
        this.assembler = new FrameAssembler(server.pool());
        this.snapshots = new HeldSnapshots(options.limits().snapshotsHeldMax(), server.counters());
    }

    // Bytes in.

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        acceptedNanos = lastReadNanos = server.clock().monotonicNanos();
        server.counters().connectionsAccepted.increment();
        server.counters().connectionsOpen.increment();
        if (!server.register(this)) {
            failConnection(
                    new MalformedFrame(
                            ErrorCode.OVERLOADED,
                            "the server has its "
                                    + options.limits().connectionsMax()
                                    + " connections already, or is stopping"));
            return;
        }
        long tickNanos =
                Math.max(
                        1_000_000,
                        Math.min(
                                1_000_000_000,
                                Math.min(
                                                options.timeouts().handshakeNanos(),
                                                Math.min(
                                                        options.timeouts().frameNanos(),
                                                        options.timeouts().idleNanos()))
                                        / 4));
        var ticks = context.executor().scheduleAtFixedRate(this::tick, tickNanos, tickNanos, TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(_ -> ticks.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf input = (ByteBuf) message;
        lastReadNanos = server.clock().monotonicNanos();
        server.counters().bytesIn.add(input.readableBytes());
        if (state == State.DRAINING || state == State.CLOSED || !input.isReadable()) {
            input.release();
            return;
        }
        pending.add(input);
        drain();
    }

    /// Takes what has arrived as far as there is room, and lets the socket deliver more only then.
    private void drain() {
        if (isDrainRunning) {
            return;
        }
        isDrainRunning = true;
        try {
            while (state != State.CLOSED && state != State.DRAINING) {
                if (isStalled() || assembler.isHeaderWhole() && !beginFrame()) {
                    channel.config().setAutoRead(false);
                    return;
                }
                Frame frame = assembler.poll();
                if (frame != null) {
                    reservedBytes = 0;
                    handle(frame);
                    continue;
                }
                ByteBuf input = pending.peek();
                if (input == null) {
                    channel.config().setAutoRead(true);
                    return;
                }
                if (!assembler.isInsideFrame()) {
                    frameBegunNanos = server.clock().monotonicNanos();
                }
                if (state == State.PREAMBLE) {
                    preamble(input);
                } else {
                    ByteBuffer bytes = input.nioBuffer();
                    input.skipBytes(assembler.take(MemorySegment.ofBuffer(bytes), 0, bytes.remaining()));
                }
                if (!input.isReadable()) {
                    pending.remove().release();
                }
            }
        } catch (MalformedFrame e) {
            failConnection(e);
        } finally {
            isDrainRunning = false;
        }
    }

    private boolean isStalled() {
        return mutationsInFlight >= options.limits().mutationsInFlightMax()
                || mutationBytesInFlight >= options.limits().mutationBytesInFlightMax()
                || !channel.isWritable();
    }

    /// Reserves memory for the frame whose header is whole.
    ///
    /// @return false if it has to wait
    private boolean beginFrame() throws MalformedFrame {
        if (waitsForMemory) {
            return false;
        }
        if (reservedBytes == 0) {
            long bytes = FramePool.capacityBytes(assembler.frameBytes());
            waitsForMemory = !server.budget().reserve(bytes, () -> onLoop(() -> memoryGranted(bytes)));
            if (waitsForMemory) {
                return false;
            }
            reservedBytes = bytes;
        }
        assembler.beginFrame();
        return true;
    }

    private void memoryGranted(long bytes) {
        waitsForMemory = false;
        if (state == State.CLOSED || state == State.DRAINING) {
            server.budget().release(bytes);
            return;
        }
        reservedBytes = bytes;
        frameBegunNanos = server.clock().monotonicNanos();
        drain();
    }

    private void release(Frame frame) {
        long bytes = frame.capacityBytes();
        frame.release();
        server.budget().release(bytes);
    }

    // The handshake.

    private void preamble(ByteBuf input) throws MalformedFrame {
        preamble.limit(preamble.position() + Math.min(preamble.remaining(), input.readableBytes()));
        input.readBytes(preamble);
        preamble.limit(FrameFormat.PREAMBLE_BYTES);
        if (preamble.position() >= Integer.BYTES && preamble.getInt(0) != FrameFormat.MAGIC) {
            throw new MalformedFrame(
                    ErrorCode.UNSUPPORTED_PROTOCOL,
                    "this is a Distil server; the connection did not begin with the bytes DSTL");
        }
        if (preamble.hasRemaining()) {
            return;
        }
        int versionMin = Short.toUnsignedInt(preamble.getShort(4));
        int versionMax = Short.toUnsignedInt(preamble.getShort(6));
        if (versionMin > FrameFormat.PROTOCOL_VERSION || versionMax < FrameFormat.PROTOCOL_VERSION) {
            throw new MalformedFrame(
                    ErrorCode.UNSUPPORTED_PROTOCOL,
                    "the client speaks protocol versions "
                            + versionMin
                            + ".."
                            + versionMax
                            + ", this server "
                            + FrameFormat.PROTOCOL_VERSION);
        }
        state = State.HELLO;
    }

    private void hello(Request.Hello hello) {
        state = State.OPEN;
        LOG.debug("{} is {}", channel.remoteAddress(), hello.clientName());
        send(
                FrameFormat.CONNECTION_REQUEST_ID,
                new Answer.Welcome(FrameFormat.PROTOCOL_VERSION, 0, options.announced(), options.serverName()));
    }

    // Requests.

    private void handle(Frame frame) throws MalformedFrame {
        server.counters().framesIn.increment();
        long requestId = frame.requestId();
        boolean keepsFrame = false;
        try {
            Request request = RequestDecoder.decode(frame);
            if (request instanceof Request.Hello != (state == State.HELLO)) {
                throw new MalformedFrame("the first frame of a connection is its only hello");
            }
            if ((requestId == FrameFormat.CONNECTION_REQUEST_ID) != (request instanceof Request.Hello)) {
                throw new MalformedFrame("request id 0 belongs to the hello alone");
            }
            if (request instanceof Request.Mutate mutate) {
                keepsFrame = true;
                mutate(requestId, mutate, frame);
            } else {
                dispatch(requestId, request);
            }
        } catch (Refused e) {
            if (state == State.HELLO) {
                throw new MalformedFrame("the first frame of a connection is its hello");
            }
            send(requestId, Failures.of(e));
        } finally {
            if (!keepsFrame) {
                release(frame);
            }
        }
    }

    private void dispatch(long requestId, Request request) throws MalformedFrame {
        switch (request) {
            case Request.Hello r -> hello(r);
            case Request.Ping r -> send(requestId, new Answer.Pong(r.echo()));
            case Request.Credit r -> {
                ReadTask read = reads.get(requestId);
                if (read != null) {
                    read.grant(r.chunks());
                }
            }
            case Request.Cancel _ -> {
                ReadTask read = reads.get(requestId);
                if (read != null) {
                    read.cancel();
                }
            }
            case Request.Streamed r -> stream(requestId, r);
            case Request.Info r -> ask(requestId, () -> new Answer.Streams(List.of(server.store().info(r.stream()))));
            case Request.GetRecord r ->
                    ask(
                            requestId,
                            () ->
                                    new Answer.Records(
                                            server.store()
                                                    .record(r.key())
                                                    .map(List::<StoredRecord>of)
                                                    .orElse(List.of())));
            case Request.GetStatus _ -> ask(requestId, () -> new Answer.Status(server.store().status()));
            case Request.OpenSnapshot r ->
                    ask(
                            requestId,
                            () -> {
                                snapshots.checkRoom();
                                StreamSnapshot snapshot = server.store().snapshot(r.stream(), r.at());
                                Version shown = snapshot.version();
                                return new Answer.SnapshotOpened(snapshots.add(snapshot), shown);
                            });
            case Request.CloseSnapshot r -> {
                SnapshotUse held = snapshots.remove(r.snapshot());
                server.readers().any().execute(held::close);
                send(requestId, new Answer.Done(new Outcome(Version.ZERO, 0)));
            }
            case Request.FindNearest r ->
                    ask(
                            requestId,
                            () ->
                                    ChunkSource.using(
                                            r.source(),
                                            server.store(),
                                            snapshots,
                                            use -> {
                                                var nearest = use.snapshot().nearest(r.time(), r.direction());
                                                use.close();
                                                return new Answer.Nearest(nearest);
                                            }));
            case Request.Mutate _ -> throw new BrokenInvariant("mutations are handed over with their frame");
        }
    }

    /// Hands a mutation to the store; its points stay in the frame until the store has answered.
    private void mutate(long requestId, Request.Mutate request, Frame frame) {
        long bytes = frame.capacityBytes();
        mutationsInFlight++;
        mutationBytesInFlight += bytes;
        server.counters().mutationsInFlight.increment();
        CompletableFuture<Outcome> future;
        try {
            future = server.store().submit(request.mutation(), request.tag());
        } catch (Throwable e) {
            future = CompletableFuture.failedFuture(e);
        }
        future.whenComplete((outcome, thrown) -> {
            release(frame);
            Answer answer = thrown == null ? new Answer.Done(outcome) : Failures.of(thrown);
            onLoop(() -> mutated(requestId, answer, bytes));
        });
    }

    private void mutated(long requestId, Answer answer, long bytes) {
        boolean wasStalled = isStalled();
        mutationsInFlight--;
        mutationBytesInFlight -= bytes;
        server.counters().mutationsInFlight.decrement();
        send(requestId, answer);
        if (state == State.DRAINING) {
            closeWhenDrained();
        } else if (wasStalled) {
            drain();
        }
    }

    /// A question to the store with one answer.
    private interface Question {
        Answer ask() throws IOException;
    }

    private void ask(long requestId, Question question) {
        checkReadsInFlight();
        singleReadsInFlight++;
        server.counters().readsInFlight.increment();
        server.readers()
                .any()
                .execute(() -> {
                    Answer answer;
                    try {
                        answer = question.ask();
                    } catch (Throwable e) {
                        answer = Failures.of(e);
                    }
                    Answer answered = answer;
                    onLoop(() -> {
                        singleReadsInFlight--;
                        server.counters().readsInFlight.decrement();
                        send(requestId, answered);
                    });
                });
    }

    private void stream(long requestId, Request.Streamed request) throws MalformedFrame {
        checkReadsInFlight();
        ReadTask task = new ReadTask(this, requestId, request, server.readers().any(), options.chunks().creditMax());
        if (reads.putIfAbsent(requestId, task) != null) {
            throw new MalformedFrame("request id " + requestId + " is in use");
        }
        server.counters().readsInFlight.increment();
        task.grant(request.credit());
    }

    private void checkReadsInFlight() {
        int count = reads.size() + singleReadsInFlight;
        if (count >= options.limits().readsInFlightMax()) {
            throw new Refused(
                    ErrorCode.OVERLOADED,
                    count + " reads of this connection are under way; wait for some to end before asking more");
        }
    }

    // For the reader threads.

    ChunkSource open(Request.Streamed request, ReaderPool.Reader reader) throws IOException {
        return ChunkSource.open(request, server.store(), snapshots, reader);
    }

    /// False while the client does not take what was sent.
    boolean hasRoom() {
        return channel.isWritable();
    }

    void endRead(long requestId, Answer last) {
        onLoop(() -> {
            reads.remove(requestId);
            server.counters().readsInFlight.decrement();
            send(requestId, last);
        });
    }

    /// Runs a task on the connection's event loop: now if this is its thread. After the server has stopped there is no
    /// loop and no connection, and nobody to tell.
    private void onLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("an answer came after the server had stopped");
        }
    }

    // Bytes out.

    /// Sends an answer. Its columns may be reused as soon as this returns. Any thread; answers of one thread keep their
    /// order.
    void send(long requestId, Answer answer) {
        if (answer instanceof Answer.Failure failure) {
            server.counters().countError(failure.code());
        }
        ByteBuf output;
        try {
            output = toBuffer(AnswerEncoder.encode(requestId, answer));
        } catch (Refused tooLarge) {
            output = toBuffer(AnswerEncoder.encode(requestId, Failures.of(tooLarge)));
        }
        server.counters().framesOut.increment();
        server.counters().bytesOut.add(output.readableBytes());
        if (channel.eventLoop().inEventLoop()) {
            write(output);
        } else {
            ByteBuf toWrite = output;
            channel.writeAndFlush(toWrite);
        }
    }

    /// Writes now and flushes once behind all answers of this turn of the loop: many small answers, one system call.
    private void write(ByteBuf output) {
        channel.write(output);
        if (!flushIsComing) {
            flushIsComing = true;
            channel.eventLoop()
                    .execute(() -> {
                        flushIsComing = false;
                        channel.flush();
                    });
        }
    }

    private ByteBuf toBuffer(EncodedFrame frame) {
        ByteBuf buffer = channel.alloc().directBuffer(frame.frameBytes(), frame.frameBytes());
        frame.copyTo(MemorySegment.ofBuffer(buffer.nioBuffer(0, frame.frameBytes())));
        return buffer.writerIndex(frame.frameBytes());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            reads.values().forEach(ReadTask::signal);
            drain();
        }
    }

    // The end.

    private void tick() {
        long now = server.clock().monotonicNanos();
        boolean waitsForUs = isStalled() || waitsForMemory;
        if (state == State.PREAMBLE || state == State.HELLO) {
            if (now - acceptedNanos > options.timeouts().handshakeNanos()) {
                failConnection(new MalformedFrame("no hello arrived in time"));
            }
        } else if (state == State.OPEN && waitsForUs && channel.isWritable()) {
            lastReadNanos = now;
            frameBegunNanos = now;
        } else if (state == State.OPEN
                && assembler.isInsideFrame()
                && now - frameBegunNanos > options.timeouts().frameNanos()) {
            failConnection(new MalformedFrame("a frame was begun and did not end in time"));
        } else if (state == State.OPEN && now - lastReadNanos > options.timeouts().idleNanos()) {
            LOG.debug("{} sent nothing for too long", channel.remoteAddress());
            channel.close();
        }
    }

    /// Tells the client what is wrong, and closes behind that.
    private void failConnection(MalformedFrame e) {
        if (state == State.CLOSED) {
            return;
        }
        LOG.debug("{}: {}", channel.remoteAddress(), e.getMessage());
        server.counters().countError(e.code());
        Answer.Failure failure = new Answer.Failure(e.code(), true, e.getMessage());
        ByteBuf output = toBuffer(AnswerEncoder.encode(FrameFormat.CONNECTION_REQUEST_ID, failure));
        state = State.CLOSED;
        channel.config().setAutoRead(false);
        channel.writeAndFlush(output).addListener(ChannelFutureListener.CLOSE);
        letGo();
    }

    /// Takes no more requests, ends the reads, and closes when the mutations under way are answered.
    void drainAndClose() {
        channel.eventLoop()
                .execute(() -> {
                    if (state == State.CLOSED) {
                        return;
                    }
                    state = State.DRAINING;
                    channel.config().setAutoRead(false);
                    letGo();
                    closeWhenDrained();
                });
    }

    private void closeWhenDrained() {
        if (mutationsInFlight == 0) {
            channel.eventLoop()
                    .execute(() -> {
                        channel.flush();
                        channel.close();
                    });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        state = State.CLOSED;
        letGo();
        server.unregister(this);
        server.counters().connectionsOpen.decrement();
    }

    /// Frees what was received and ends the reads; what the store works on is freed as it is done. Repeatable.
    private void letGo() {
        pending.forEach(ByteBuf::release);
        pending.clear();
        assembler.close();
        if (reservedBytes > 0) {
            server.budget().release(reservedBytes);
            reservedBytes = 0;
        }
        reads.values().forEach(ReadTask::cancel);
        server.readers().any().execute(snapshots::closeAll);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("the session of {} failed", channel.remoteAddress(), cause);
        }
        context.close();
    }

    Channel channel() {
        return channel;
    }
}
