package io.distil.bench.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/// The loopback alone: one connection, one thread that sends, one that receives and forgets.
final class Loopback {
    private static final int PIECE_BYTES = 256 << 10;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private Loopback() {}

    static double bytesPerSecond() throws IOException {
        try (ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel sender = SocketChannel.open(listener.getLocalAddress());
                SocketChannel receiver = listener.accept()) {
            Thread thread = Thread.ofPlatform().daemon().name("bench-loopback").start(() -> send(sender));
            ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
            long bytes = 0;
            long begin = System.nanoTime();
            long now = begin;
            while (now - begin < NANOS) {
                bytes += receiver.read(buffer.clear());
                now = System.nanoTime();
            }
            receiver.close();
            join(thread);
            return bytes / ((now - begin) / 1e9);
        }
    }

    private static void send(SocketChannel sender) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
        try {
            while (true) {
                sender.write(buffer.clear());
            }
        } catch (IOException e) {
            // The receiver has seen enough.
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
