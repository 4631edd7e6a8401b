package io.distil.wire.client;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.AnswerDecoder;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.FrameAssembler;
import io.distil.wire.frame.FrameFormat;
import io.distil.wire.frame.FramePool;
import io.distil.wire.frame.MalformedFrame;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestEncoder;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// The one thread of a client, which owns its connection and every call under way.
///
/// ```
///   IDLE ──a call, after a pause──► CONNECTING ──► HANDSHAKE ──welcome──► OPEN
///    ▲                                  │              │                   │
///    └──────────────── lost: calls that may be repeated stay, the others fail
/// ```
///
/// Other threads hand calls over in a queue and wake the selector. The thread writes as far as the socket takes, reads
/// what is there, completes calls, and lets deadlines pass; it never blocks in anything but the selector.
final class ClientLoop implements Runnable {
    private static final int RECEIVE_BYTES = 256 << 10;
    private static final long TICK_MILLIS = 20;
    private static final long FRAME_POOL_BYTES = 16L << 20;

    private enum State {
        IDLE,
        CONNECTING,
        HANDSHAKE,
        OPEN
    }

    private final InetSocketAddress address;
    private final DistilClientOptions options;
    private final NanoClock clock;
    private final byte[] hello;
    private final Thread thread;
    private final Selector selector;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isAwake = new AtomicBoolean();
    private final CompletableFuture<Answer.Welcome> firstWelcome = new CompletableFuture<>();
    private final FramePool pool = new FramePool(FRAME_POOL_BYTES);
    private final FrameAssembler assembler = new FrameAssembler(pool);
    private final MemorySegment receiveMemory = OffHeap.allocate(MemoryOwner.WIRE_FRAMES, RECEIVE_BYTES);
    private final ByteBuffer receiveBuffer = receiveMemory.asByteBuffer();
    private final Outbox outbox = new Outbox();
    private final Map<Long, Call> calls = new LinkedHashMap<>();

    private State state = State.IDLE;
    private SocketChannel channel;
    private SelectionKey key;
    private long connectionNumber;
    private long stateSinceNanos;
    private long receivedNanos;
    private long pingedNanos;
    private long connectAtNanos;
    private long pauseNanos;
    private IOException lastTrouble;
    private volatile boolean isOfCluster;
    private volatile boolean acceptsCalls = true;
    private boolean closing;

    ClientLoop(InetSocketAddress address, DistilClientOptions options, NanoClock clock, Request.Hello hello)
            throws IOException {
        this.address = address;
        this.options = options;
        this.clock = clock;
        this.hello = RequestEncoder.encode(FrameFormat.CONNECTION_REQUEST_ID, hello).toByteArray();
        this.selector = Selector.open();
        this.pauseNanos = options.reconnect().pauseNanosMin();
        this.thread = Thread.ofPlatform().name("distil-client-" + address.getPort()).daemon().unstarted(this);
        thread.start();
    }

    // For other threads.

    /// The first handshake, or why there was none.
    CompletableFuture<Answer.Welcome> firstWelcome() {
        return firstWelcome;
    }

    /// Whether the server said, at the last handshake, that it is part of a cluster.
    boolean isOfCluster() {
        return isOfCluster;
    }

    /// False once the client is closed, or could not connect at all.
    boolean acceptsCalls() {
        return acceptsCalls;
    }

    boolean isOver() {
        return !thread.isAlive();
    }

    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    /// Hands a call over; it fails if the client is closed.
    void submit(Call call) {
        if (!execute(() -> begin(call))) {
            call.fail(closedTrouble());
        }
    }

    void grant(StreamCall call, int chunks) {
        execute(() -> {
            if (!call.isDone && state == State.OPEN) {
                outbox.add(null, RequestEncoder.encode(call.requestId, new Request.Credit(chunks)));
            }
        });
    }

    void cancel(StreamCall call) {
        execute(() -> {
            call.cancel();
            if (call.isDone) {
                return;
            }
            if (state == State.OPEN && !outbox.forget(call)) {
                outbox.add(null, RequestEncoder.encode(call.requestId, new Request.Cancel()));
            } else {
                end(call);
            }
        });
    }

    /// Lets a snapshot go, if the connection it was opened on is still there. Nobody waits for the answer.
    void letGo(long requestId, long snapshot, long onConnection) {
        execute(() -> {
            if (state == State.OPEN && connectionNumber == onConnection) {
                outbox.add(null, RequestEncoder.encode(requestId, new Request.CloseSnapshot(snapshot)));
            }
        });
    }

    /// Runs a task on the client's thread.
    ///
    /// @return false if the client is closed
    boolean execute(Runnable task) {
        synchronized (inbox) {
            if (!acceptsCalls) {
                return false;
            }
            inbox.add(task);
        }
        if (!isOwnThread() && isAwake.compareAndSet(false, true)) {
            selector.wakeup();
        }
        return true;
    }

    /// Fails what is under way and frees everything. Waits for the thread, unless called on it.
    void close() {
        execute(() -> closing = true);
        boolean interrupted = false;
        while (!isOwnThread() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // The thread.

    @Override
    public void run() {
        try {
            connect();
            while (!closing) {
                if (inbox.isEmpty()) {
                    selector.select(TICK_MILLIS);
                } else {
                    selector.selectNow();
                }
                isAwake.set(false);
                boolean isReady = !selector.selectedKeys().isEmpty();
                selector.selectedKeys().clear();
                for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
                    task.run();
                }
                io(isReady);
                deadlines();
            }
        } catch (Throwable e) {
            lastTrouble = new ConnectionLost("the client's thread failed", e);
        } finally {
            stop();
        }
    }

    private void begin(Call call) {
        calls.put(call.requestId, call);
        if (state == State.OPEN) {
            write(call);
        }
    }

    private void write(Call call) {
        outbox.add(call, call.frame(connectionNumber));
    }

    private void io(boolean isReady) {
        try {
            if (state == State.IDLE && !calls.isEmpty() && clock.monotonicNanos() - connectAtNanos >= 0) {
                connect();
            }
            if (state == State.CONNECTING && channel.finishConnect()) {
                greet();
            }
            if (state == State.HANDSHAKE || state == State.OPEN) {
                if (isReady) {
                    receive();
                }
                boolean isDrained = outbox.writeTo(channel);
                int interest = isDrained ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
                if (key.interestOps() != interest) {
                    key.interestOps(interest);
                }
            }
        } catch (IOException e) {
            lost(e);
        } catch (MalformedFrame e) {
            lost(new IOException("the server sent what is no frame: " + e.getMessage()));
        }
    }

    private void connect() {
        connectionNumber++;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            enter(State.CONNECTING);
            key = channel.register(selector, SelectionKey.OP_CONNECT);
            // Resolved anew each time: the server may have moved.
            if (channel.connect(new InetSocketAddress(address.getHostString(), address.getPort()))) {
                greet();
            }
        } catch (IOException e) {
            lost(e);
        } catch (RuntimeException e) {
            lost(new IOException("unknown host", e));
        }
    }

    private void greet() {
        enter(State.HANDSHAKE);
        receivedNanos = pingedNanos = clock.monotonicNanos();
        key.interestOps(SelectionKey.OP_READ);
        outbox.add(RequestEncoder.preamble(FrameFormat.PROTOCOL_VERSION, FrameFormat.PROTOCOL_VERSION));
        outbox.add(hello);
    }

    private void receive() throws IOException, MalformedFrame {
        // A bounded number of rounds, so that writing has its turn.
        for (int round = 0; round < 16 && channel != null; round++) {
            receiveBuffer.clear();
            int bytes = channel.read(receiveBuffer);
            if (bytes < 0) {
                throw new IOException("the server closed the connection");
            }
            if (bytes == 0) {
                return;
            }
            receivedNanos = clock.monotonicNanos();
            take(bytes);
            if (bytes < RECEIVE_BYTES) {
                return;
            }
        }
    }

    private void take(int bytes) throws IOException, MalformedFrame {
        int taken = 0;
        while (channel != null) {
            if (assembler.isHeaderWhole()) {
                assembler.beginFrame();
            }
            Frame frame = assembler.poll();
            if (frame != null) {
                answered(frame);
            } else if (taken < bytes) {
                taken += assembler.take(receiveMemory, taken, bytes - taken);
            } else {
                return;
            }
        }
    }

    private void answered(Frame frame) throws IOException, MalformedFrame {
        long requestId = frame.requestId();
        Answer answer;
        try {
            answer = AnswerDecoder.decode(frame);
        } catch (MalformedFrame | Refused e) {
            frame.release();
            throw e instanceof MalformedFrame malformed ? malformed : new MalformedFrame(e.getMessage());
        }
        if (requestId == FrameFormat.CONNECTION_REQUEST_ID) {
            frame.release();
            connectionAnswered(answer);
            return;
        }
        Call call = calls.get(requestId);
        if (call == null) {
            frame.release();
            return;
        }
        if (call.isUnsent) {
            frame.release();
            throw new IOException("the server answered a request before it was sent");
        }
        if (!(answer instanceof Answer.Failure)) {
            pauseNanos = options.reconnect().pauseNanosMin();
        }
        if (call.answer(answer, frame)) {
            end(call);
        }
    }

    private void connectionAnswered(Answer answer) throws IOException {
        switch (answer) {
            case Answer.Welcome welcome when state == State.HANDSHAKE -> {
                enter(State.OPEN);
                isOfCluster = (welcome.features() & FrameFormat.FEATURE_CLUSTER) != 0;
                firstWelcome.complete(welcome);
                calls.values().forEach(this::write);
            }
            case Answer.Failure failure -> {
                firstWelcome.completeExceptionally(new Refused(failure.code(), failure.sentence()));
                throw new IOException("the server ended the connection: " + failure.sentence());
            }
            case Answer.Pong _ -> {}
            default -> throw new IOException("the server sent a stray " + answer.getClass().getSimpleName());
        }
    }

    private void end(Call call) {
        call.isDone = true;
        calls.remove(call.requestId);
    }

    private void enter(State newState) {
        state = newState;
        stateSinceNanos = clock.monotonicNanos();
    }

    private void deadlines() {
        long now = clock.monotonicNanos();
        List<Call> late = new ArrayList<>();
        for (Call call : calls.values()) {
            if (now - call.deadlineNanos > 0 && call.deadlineNanos != Long.MAX_VALUE) {
                late.add(call);
            }
        }
        late.forEach(this::expire);
        if ((state == State.CONNECTING || state == State.HANDSHAKE)
                && now - stateSinceNanos > options.timeouts().connectNanos()) {
            lost(new IOException("no answer within " + options.timeouts().connectNanos() / 1_000_000 + " ms"));
        } else if (state == State.OPEN && now - receivedNanos > 3 * options.reconnect().pingNanos()) {
            lost(new IOException("the server was silent for " + (now - receivedNanos) / 1_000_000 + " ms"));
        } else if (state == State.OPEN
                && now - Math.max(receivedNanos, pingedNanos) > options.reconnect().pingNanos()) {
            pingedNanos = now;
            outbox.add(null, RequestEncoder.encode(-1, new Request.Ping(now)));
        }
    }

    /// Fails a call whose time is over. Its memory may be used again by then, so if a part of its frame was sent already,
    /// the connection goes too.
    private void expire(Call call) {
        end(call);
        if (call.isUnsent && !outbox.forget(call)) {
            lost(new IOException("a request could not be sent in time"));
        }
        call.fail(
                new ConnectionLost(
                        "no answer from "
                                + name()
                                + " in time"
                                + (lastTrouble == null ? "" : ": " + reason(lastTrouble))
                                + call.doubt(),
                        lastTrouble));
    }

    /// The connection is gone: what may be repeated waits for the next one.
    private void lost(IOException cause) {
        lastTrouble = cause;
        boolean wasFirst = !firstWelcome.isDone();
        disconnect();
        pauseNanos = Math.min(options.reconnect().pauseNanosMax(), pauseNanos * 2);
        connectAtNanos = clock.monotonicNanos() + pauseNanos / 2;
        if (wasFirst) {
            firstWelcome.completeExceptionally(
                    new ConnectionLost(
                            "cannot reach a Distil server at "
                                    + name()
                                    + ": "
                                    + reason(cause)
                                    + "; is it running there? 'distil server' starts one, --server HOST:PORT names another",
                            cause));
            closing = true;
        }
        List<Call> failing = calls.values().stream().filter(call -> !call.isRepeatable()).toList();
        failing.forEach(this::end);
        failing.forEach(call ->
                call.fail(
                        new ConnectionLost(
                                "the connection to "
                                        + name()
                                        + " was lost before the answer was whole: "
                                        + reason(cause)
                                        + call.doubt(),
                                cause)));
    }

    private void disconnect() {
        enter(State.IDLE);
        outbox.clear();
        assembler.close();
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing is owed to a connection that is gone.
            }
            channel = null;
            key = null;
        }
    }

    private void stop() {
        synchronized (inbox) {
            acceptsCalls = false;
        }
        for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
            task.run();
        }
        disconnect();
        List<Call> failing = List.copyOf(calls.values());
        failing.forEach(this::end);
        failing.forEach(call -> call.fail(closedTrouble()));
        firstWelcome.completeExceptionally(closedTrouble());
        try {
            selector.close();
        } catch (IOException e) {
            // The descriptor is gone either way.
        }
        pool.close();
        outbox.close();
        OffHeap.free(MemoryOwner.WIRE_FRAMES, receiveMemory);
    }

    private ConnectionLost closedTrouble() {
        return new ConnectionLost("the client of " + name() + " is closed", lastTrouble);
    }

    private String name() {
        return address.getHostString() + ":" + address.getPort();
    }

    private static String reason(IOException cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
