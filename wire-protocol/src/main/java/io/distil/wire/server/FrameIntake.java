package io.distil.wire.server;

import io.distil.wire.frame.Frame;
import io.distil.wire.frame.FrameAssembler;
import io.distil.wire.frame.FramePool;
import io.distil.wire.frame.MalformedFrame;
import io.netty.buffer.ByteBuf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// Admits the frames of one connection: bytes are taken from the socket only while there is room for what they ask.
///
/// {@link #drain} stops, and with it the reading of the socket, when too many mutations are in flight, when the frame memory
/// of the server is used up, or when the client does not take its answers. Whoever makes room again calls it anew. All
/// fields belong to the connection's event loop.
final class FrameIntake {
    private final ServerContext server;
    private final Session session;
    private final FrameAssembler assembler;
    private final ArrayDeque<ByteBuf> pending = new ArrayDeque<>();
    private boolean isDrainRunning;
    private boolean isStopped;
    private boolean waitsForMemory;
    private long reservedBytes;
    private long frameBegunNanos;

    FrameIntake(ServerContext server, Session session) {
        this.server = server;
        this.session = session;
        this.assembler = new FrameAssembler(server.pool());
    }

    /// Takes over what was received.
    void add(ByteBuf input) {
        if (isStopped || !input.isReadable()) {
            input.release();
            return;
        }
        pending.add(input);
        drain();
    }

    /// Takes what has arrived as far as there is room, and lets the socket deliver more only then.
    void drain() {
        if (isDrainRunning) {
            return;
        }
        isDrainRunning = true;
        try {
            while (!isStopped) {
                if (session.isStalled() || assembler.isHeaderWhole() && !beginFrame()) {
                    session.read(false);
                    return;
                }
                Frame frame = assembler.poll();
                if (frame != null) {
                    reservedBytes = 0;
                    session.handle(frame);
                    continue;
                }
                ByteBuf input = pending.peek();
                if (input == null) {
                    session.read(true);
                    return;
                }
                if (!assembler.isInsideFrame()) {
                    frameBegunNanos = server.clock().monotonicNanos();
                }
                ByteBuffer bytes = input.nioBuffer();
                input.skipBytes(assembler.take(MemorySegment.ofBuffer(bytes), 0, bytes.remaining()));
                if (!input.isReadable()) {
                    pending.remove().release();
                }
            }
        } catch (MalformedFrame e) {
            session.fail(e);
        } finally {
            isDrainRunning = false;
        }
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
            waitsForMemory = !server.budget().reserve(bytes, () -> session.onLoop(() -> memoryGranted(bytes)));
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
        if (isStopped) {
            server.budget().release(bytes);
            return;
        }
        reservedBytes = bytes;
        frameBegunNanos = server.clock().monotonicNanos();
        drain();
    }

    /// Gives a frame's memory back. Any thread.
    void release(Frame frame) {
        long bytes = frame.capacityBytes();
        frame.release();
        server.budget().release(bytes);
    }

    /// Whether the client is kept waiting by the server's memory.
    boolean waitsForMemory() {
        return waitsForMemory;
    }

    /// Says that the time the connection was not read does not count.
    void excuse(long nowNanos) {
        frameBegunNanos = nowNanos;
    }

    /// Whether a frame was begun before so long a time and has not ended.
    boolean isLate(long nowNanos, long frameNanosMax) {
        return assembler.isInsideFrame() && nowNanos - frameBegunNanos > frameNanosMax;
    }

    /// Takes nothing more and frees what was received. Repeatable.
    void stop() {
        isStopped = true;
        pending.forEach(ByteBuf::release);
        pending.clear();
        assembler.close();
        if (reservedBytes > 0) {
            server.budget().release(reservedBytes);
            reservedBytes = 0;
        }
    }
}
