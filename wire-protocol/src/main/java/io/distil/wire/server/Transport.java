package io.distil.wire.server;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

import java.io.IOException;

/// The way to the network that was chosen at start: io_uring where the kernel and the container allow it, else epoll, else
/// NIO, which is always there.
///
/// @param name for people: the choice, and why it is not a better one
record Transport(String name, IoHandlerFactory handlerFactory, Class<? extends ServerChannel> channelClass) {

    static Transport choose(WireServerOptions.TransportChoice choice) throws IOException {
        return switch (choice) {
            case IO_URING -> ioUring("");
            case EPOLL -> epoll("");
            case NIO -> nio("");
            case BEST -> {
                if (IoUring.isAvailable()) {
                    yield ioUring("");
                }
                String noUring = "io_uring: " + reason(IoUring.unavailabilityCause());
                yield Epoll.isAvailable()
                        ? epoll(" (" + noUring + ")")
                        : nio(" (" + noUring + "; epoll: " + reason(Epoll.unavailabilityCause()) + ")");
            }
        };
    }

    private static Transport ioUring(String remark) throws IOException {
        if (!IoUring.isAvailable()) {
            throw new IOException(
                    "io_uring was asked for and is not to be had: " + reason(IoUring.unavailabilityCause()));
        }
        return new Transport("io_uring" + remark, IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
    }

    private static Transport epoll(String remark) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("epoll was asked for and is not to be had: " + reason(Epoll.unavailabilityCause()));
        }
        return new Transport("epoll" + remark, EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
    }

    private static Transport nio(String remark) {
        return new Transport("nio" + remark, NioIoHandler.newFactory(), NioServerSocketChannel.class);
    }

    private static String reason(Throwable cause) {
        Throwable root = cause;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null ? "not available" : String.valueOf(root.getMessage());
    }
}
