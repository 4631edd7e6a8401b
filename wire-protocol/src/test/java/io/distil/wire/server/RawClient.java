package io.distil.wire.server;

import io.distil.wire.frame.Answer;
import io.distil.wire.frame.AnswerDecoder;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.FrameAssembler;
import io.distil.wire.frame.FramePool;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestEncoder;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.net.SocketTimeoutException;

/// A client that says exactly what a test tells it to, right or wrong, and hears every frame.
final class RawClient implements AutoCloseable {
    /// An answer and the request it belongs to; points and windows are dropped, but for their count.
    record Heard(long requestId, Answer answer, int pointCount) {}

    private final Socket socket;
    private final FramePool pool = new FramePool(1 << 20);
    private final FrameAssembler assembler = new FrameAssembler(pool);
    private final byte[] received = new byte[64 << 10];
    private int from;
    private int until;

    private RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
    }

    static RawClient connect(WireServer server) throws IOException {
        return new RawClient(server.address().getPort());
    }

    /// Connects and shakes hands.
    static RawClient greet(WireServer server) throws Exception {
        RawClient client = connect(server);
        client.send(RequestEncoder.preamble(1, 1));
        client.send(0, new Request.Hello(1, 2, 0, "raw", new byte[0]));
        if (!(client.hear().answer() instanceof Answer.Welcome)) {
            throw new AssertionError("no welcome");
        }
        return client;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(long requestId, Request request) throws IOException {
        send(RequestEncoder.encode(requestId, request).toByteArray());
    }

    /// Says that nothing more will be sent.
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// The next answer, or null when the server has closed the connection.
    Heard hear() throws Exception {
        while (true) {
            if (assembler.isHeaderWhole()) {
                assembler.beginFrame();
            }
            Frame frame = assembler.poll();
            if (frame != null) {
                Answer answer = AnswerDecoder.decode(frame);
                int points = answer instanceof Answer.Points p ? p.points().count() : 0;
                long requestId = frame.requestId();
                frame.release();
                return new Heard(requestId, answer, points);
            }
            if (from == until) {
                from = until = 0;
                int bytes;
                try {
                    bytes = socket.getInputStream().read(received);
                } catch (SocketTimeoutException e) {
                    throw e;
                } catch (IOException reset) {
                    return null;
                }
                if (bytes < 0) {
                    return null;
                }
                until = bytes;
            }
            from += assembler.take(MemorySegment.ofArray(received), from, until - from);
        }
    }

    /// Asserts that the server says nothing for a while.
    void assertSilent(int millis) throws Exception {
        socket.setSoTimeout(millis);
        try {
            throw new AssertionError("the server said " + hear());
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(10_000);
        }
    }

    @Override
    public void close() throws IOException {
        assembler.close();
        pool.close();
        socket.close();
    }
}
