package io.distil.wire.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.AnswerEncoder;
import io.distil.wire.frame.EncodedFrame;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.FrameFormat;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/// The life of one connection: how it begins, what goes out on it, and how it ends.
///
/// ```
///   PREAMBLE ──magic, version──► HELLO ──hello/welcome──► OPEN ──server stops──► DRAINING ──► CLOSED
///       └───────────── malformed bytes: an error frame, then ─────────────────────────────────────┘
/// ```
///
/// What comes in is admitted by {@link FrameIntake} and done by {@link Dispatcher}. All fields belong to the connection's
/// event loop, which only moves bytes.
final class Session extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final long TICK_NANOS_MIN = 1_000_000;
    private static final long TICK_NANOS_MAX = 1_000_000_000;

    private enum State {
        PREAMBLE,
        HELLO,
        OPEN,
        DRAINING,
        CLOSED
    }

    private final ServerContext server;
    private final WireServerOptions options;
    private final FrameIntake intake;
    private final Dispatcher dispatcher;
    private final ByteBuffer preamble = ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private Channel channel;
    private State state = State.PREAMBLE;
    private boolean wasStalled;
    private boolean flushIsComing;
    private long lastReadNanos;
    private long acceptedNanos;

    Session(ServerContext server) {
        this.server = server;
        this.options = server.options();
        this.intake = new FrameIntake(server, this);
        this.dispatcher = new Dispatcher(server, this);
    }

    // The beginning.

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        acceptedNanos = lastReadNanos = server.clock().monotonicNanos();
        server.counters().connectionsAccepted.increment();
        server.counters().connectionsOpen.increment();
        if (!server.register(this)) {
            fail(
                    new MalformedFrame(
                            ErrorCode.OVERLOADED,
                            "the server has its "
                                    + options.limits().connectionsMax()
                                    + " connections already, or is stopping"));
            return;
        }
        // Often enough to keep the shortest of the time-outs.
        WireServerOptions.Timeouts timeouts = options.timeouts();
        long tickNanos =
                LongStream.of(timeouts.handshakeNanos(), timeouts.frameNanos(), timeouts.idleNanos()).min().getAsLong()
                        / 4;
        tickNanos = Math.clamp(tickNanos, TICK_NANOS_MIN, TICK_NANOS_MAX);
        var ticks = context.executor().scheduleAtFixedRate(this::tick, tickNanos, tickNanos, TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(_ -> ticks.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf input = (ByteBuf) message;
        lastReadNanos = server.clock().monotonicNanos();
        server.counters().bytesIn.add(input.readableBytes());
        if (state == State.PREAMBLE) {
            try {
                preamble(input);
            } catch (MalformedFrame e) {
                fail(e);
            }
        }
        intake.add(input);
    }

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
        long features = hello.features() & (server.served().isCluster() ? FrameFormat.FEATURE_CLUSTER : 0);
        send(
                FrameFormat.CONNECTION_REQUEST_ID,
                new Answer.Welcome(FrameFormat.PROTOCOL_VERSION, features, options.announced(), options.serverName()));
    }

    // In between: frames in.

    /// Takes a whole frame, which it gives back when it is done with.
    void handle(Frame frame) throws MalformedFrame {
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
            switch (request) {
                case Request.Hello hello -> hello(hello);
                case Request.Mutate mutate -> {
                    keepsFrame = true;
                    dispatcher.mutate(requestId, mutate, frame);
                }
                default -> dispatcher.dispatch(requestId, request);
            }
        } catch (Refused e) {
            if (state == State.HELLO) {
                throw new MalformedFrame("the first frame of a connection is its hello");
            }
            send(requestId, Failures.of(e));
        } finally {
            if (!keepsFrame) {
                intake.release(frame);
            }
        }
    }

    /// Whether nothing more is to be taken from the socket for now.
    boolean isStalled() {
        wasStalled = dispatcher.isFull() || !channel.isWritable();
        return wasStalled;
    }

    /// Lets the socket deliver, or not.
    void read(boolean isWanted) {
        channel.config().setAutoRead(isWanted);
    }

    /// Gives a frame's memory back. Any thread.
    void release(Frame frame) {
        intake.release(frame);
    }

    void mutationEnded() {
        if (state == State.DRAINING) {
            closeWhenDrained();
        } else if (wasStalled) {
            intake.drain();
        }
    }

    // In between: answers out.

    /// Runs a task on the connection's event loop: now if this is its thread. After the server has stopped there is no
    /// loop and no connection, and nobody to tell.
    void onLoop(Runnable task) {
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

    /// Runs a task on the event loop after a while.
    void later(Runnable task, long millis) {
        try {
            channel.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("a wait began after the server had stopped");
        }
    }

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
            channel.writeAndFlush(output);
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

    /// False while the client does not take what was sent. Any thread.
    boolean hasRoom() {
        return channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            dispatcher.roomAgain();
            intake.drain();
        }
    }

    // The end.

    private void tick() {
        long now = server.clock().monotonicNanos();
        boolean waitsForUs = dispatcher.isFull() || intake.waitsForMemory();
        if (state == State.PREAMBLE || state == State.HELLO) {
            if (now - acceptedNanos > options.timeouts().handshakeNanos()) {
                fail(new MalformedFrame("no hello arrived in time"));
            }
        } else if (state == State.OPEN && waitsForUs && channel.isWritable()) {
            lastReadNanos = now;
            intake.excuse(now);
        } else if (state == State.OPEN && intake.isLate(now, options.timeouts().frameNanos())) {
            fail(new MalformedFrame("a frame was begun and did not end in time"));
        } else if (state == State.OPEN && now - lastReadNanos > options.timeouts().idleNanos()) {
            LOG.debug("{} sent nothing for too long", channel.remoteAddress());
            channel.close();
        }
    }

    /// Tells the client what is wrong, and closes behind that.
    void fail(MalformedFrame e) {
        if (state == State.CLOSED) {
            return;
        }
        LOG.debug("{}: {}", channel.remoteAddress(), e.getMessage());
        server.counters().countError(e.code());
        Answer.Failure failure = new Answer.Failure(e.code(), true, e.getMessage());
        ByteBuf output = toBuffer(AnswerEncoder.encode(FrameFormat.CONNECTION_REQUEST_ID, failure));
        end(State.CLOSED);
        channel.writeAndFlush(output).addListener(ChannelFutureListener.CLOSE);
    }

    /// Takes no more requests, ends the reads, and closes when the mutations under way are answered.
    void drainAndClose() {
        channel.eventLoop()
                .execute(() -> {
                    if (state != State.CLOSED) {
                        end(State.DRAINING);
                        closeWhenDrained();
                    }
                });
    }

    private void closeWhenDrained() {
        if (!dispatcher.hasMutationsInFlight()) {
            channel.eventLoop()
                    .execute(() -> {
                        channel.flush();
                        channel.close();
                    });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(State.CLOSED);
        server.unregister(this);
        server.counters().connectionsOpen.decrement();
    }

    private void end(State newState) {
        state = newState;
        channel.config().setAutoRead(false);
        intake.stop();
        dispatcher.stop();
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
