package io.distil.wire.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Stands between a client and a server and misbehaves when told to: cuts the connection after so many bytes, delivers what
/// it took late, or delivers it twice.
final class CuttingProxy implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final int serverPort;
    private final List<Socket> sockets = new ArrayList<>();
    private long upBytesLeft = NEVER;
    private long downBytesLeft = NEVER;
    private boolean holdsUpAfterCut;
    private final List<Runnable> late = new ArrayList<>();
    private int connectionCount;

    CuttingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized int connectionCount() {
        return connectionCount;
    }

    /// From now on, lets so many bytes pass to the server and back, then cuts; connections after that are whole.
    synchronized void cutAfter(long newUpBytes, long newDownBytes) {
        upBytesLeft = newUpBytes;
        downBytesLeft = newDownBytes;
    }

    /// The next frame towards the server is taken and the client's connection cut; {@link #deliverLate} delivers it.
    synchronized void holdNext() {
        holdsUpAfterCut = true;
    }

    void deliverLate() {
        List<Runnable> toRun;
        synchronized (this) {
            toRun = List.copyOf(late);
            late.clear();
        }
        toRun.forEach(Runnable::run);
    }

    void cutNow() throws IOException {
        List<Socket> toClose;
        synchronized (this) {
            toClose = List.copyOf(sockets);
            sockets.clear();
        }
        for (Socket socket : toClose) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server;
                try {
                    server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                } catch (IOException serverIsGone) {
                    client.close();
                    continue;
                }
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                synchronized (this) {
                    connectionCount++;
                    sockets.add(client);
                    sockets.add(server);
                }
                Thread.ofVirtual().start(() -> pump(client, server, true));
                Thread.ofVirtual().start(() -> pump(server, client, false));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void pump(Socket from, Socket to, boolean isUp) {
        byte[] buffer = new byte[64 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int bytes = in.read(buffer); bytes >= 0; bytes = in.read(buffer)) {
                int pass = isUp ? passUp(bytes) : passDown(bytes);
                if (isUp && pass < 0) {
                    byte[] held = Arrays.copyOf(buffer, bytes);
                    synchronized (this) {
                        late.add(() -> {
                            try {
                                out.write(held);
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        });
                        sockets.remove(to);
                    }
                    from.close();
                    return;
                }
                out.write(buffer, 0, pass);
                if (pass < bytes) {
                    break;
                }
            }
        } catch (IOException e) {
            // The other direction has closed it.
        }
        close(from);
        if (isUp || !isHeld(from)) {
            close(to);
        }
    }

    private synchronized boolean isHeld(Socket server) {
        return !sockets.contains(server);
    }

    private synchronized int passUp(int bytes) {
        if (holdsUpAfterCut) {
            holdsUpAfterCut = false;
            return -1;
        }
        int pass = (int) Math.min(bytes, upBytesLeft);
        upBytesLeft = pass < bytes ? NEVER : upBytesLeft == NEVER ? NEVER : upBytesLeft - pass;
        return pass;
    }

    private synchronized int passDown(int bytes) {
        int pass = (int) Math.min(bytes, downBytesLeft);
        downBytesLeft = pass < bytes ? NEVER : downBytesLeft == NEVER ? NEVER : downBytesLeft - pass;
        return pass;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cutNow();
    }
}
