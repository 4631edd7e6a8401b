package io.distil.integration.nemesis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Where one node reaches another: takes its connections and passes their bytes on, through two {@link Direction}s.
///
/// Bytes are never lost, repeated or reordered within a connection, because TCP would not let a process see that. What a
/// network can do to it is this: bytes come late, or for as long as one likes not at all; connections break, and with them
/// whatever was under way, of which the sender does not know how much arrived.
final class Link implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int CONNECT_MILLIS_MAX = 2_000;

    private final ServerSocket door;
    private final InetSocketAddress target;
    private final Direction there;
    private final Direction back;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Link(InetSocketAddress listen, InetSocketAddress target, Direction there, Direction back) throws IOException {
        this.target = target;
        this.there = there;
        this.back = back;
        this.door = new ServerSocket();
        door.setReuseAddress(true);
        door.bind(listen);
        Thread.ofVirtual().name("link-" + listen).start(this::accept);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                open.add(near);
                Thread.ofVirtual().start(() -> connect(near));
            } catch (IOException e) {
                // Closed, or a connection that broke before it was taken.
            }
        }
    }

    private void connect(Socket near) {
        Socket far = new Socket();
        open.add(far);
        try {
            there.pass();
            far.connect(target, CONNECT_MILLIS_MAX);
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> pump(far, near, back));
            pump(near, far, there);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            end(near, far);
        }
    }

    private void pump(Socket from, Socket to, Direction direction) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                direction.pass();
                out.write(chunk, 0, length);
            }
        } catch (IOException e) {
            // One side broke; the other learns of it below, when the news gets through.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            direction.pass();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(from, to);
    }

    private void end(Socket near, Socket far) {
        for (Socket socket : new Socket[] {near, far}) {
            open.remove(socket);
            close(socket);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Breaks all connections, with whatever was under way.
    void reset() {
        open.forEach(Link::close);
    }

    @Override
    public void close() throws IOException {
        door.close();
        reset();
    }
}
