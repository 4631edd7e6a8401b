package io.distil.wire.server;

import io.distil.base.NanoClock;
import io.distil.base.api.StreamStore;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Serves a store to the network. The store stays its owner's: closing the server does not close it. An operation on the
/// cluster that is under way then is interrupted.
public final class WireServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WireServer.class);

    /// A frame of points is read in one or two pieces.
    private static final int RECEIVE_BYTES_MAX = 256 << 10;

    /// Above the upper mark a connection is full: nothing more is read from it or pulled for it until it is below the
    /// lower one.
    private static final WriteBufferWaterMark WRITE_MARKS = new WriteBufferWaterMark(1 << 20, 4 << 20);

    private static final long STOP_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ServerContext context;
    private final Transport transport;
    private final EventLoopGroup eventLoops;
    private final Channel listener;
    private boolean closed;

    private WireServer(ServerContext context, Transport transport, EventLoopGroup eventLoops, Channel listener) {
        this.context = context;
        this.transport = transport;
        this.eventLoops = eventLoops;
        this.listener = listener;
    }

    /// Listens, and serves from now on.
    ///
    /// @throws IOException if the address cannot be had, with a sentence that names it
    public static WireServer start(StreamStore store, WireServerOptions options) throws IOException {
        return start(Served.alone(store), options);
    }

    /// As {@link #start(StreamStore, WireServerOptions)}, for a node that may be part of a cluster.
    public static WireServer start(Served served, WireServerOptions options) throws IOException {
        Transport transport = Transport.choose(options.transport());
        ServerContext context = new ServerContext(served, options, NanoClock.SYSTEM);
        EventLoopGroup eventLoops =
                new MultiThreadIoEventLoopGroup(
                        options.eventLoopThreads(),
                        new DefaultThreadFactory("distil-wire", true),
                        transport.handlerFactory());
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(eventLoops)
                        .channel(transport.channelClass())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
                        .childOption(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new AdaptiveRecvByteBufAllocator(2 << 10, 64 << 10, RECEIVE_BYTES_MAX))
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline().addLast(new Session(context));
                                    }
                                });
        var bound = bootstrap.bind(options.host(), options.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop(context, eventLoops);
            throw new IOException(
                    "cannot listen on " + options.host() + ":" + options.port() + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        WireServer server = new WireServer(context, transport, eventLoops, bound.channel());
        if (served.store() instanceof LoneNode node) {
            node.listensOn(server.address().getHostString() + ":" + server.address().getPort());
        }
        LOG.info("listening on {} by {}", server.address(), transport.name());
        return server;
    }

    /// Where it listens, with the port that was chosen.
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /// `io_uring`, `epoll` or `nio`, and why it is not a better one.
    public String transport() {
        return transport.name();
    }

    public WireServerMetrics metrics() {
        return context.counters().read(context.pool().heldBytes());
    }

    /// Takes no more requests, waits a while for the mutations under way and their answers, and closes everything it opened.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        context.stop();
        listener.close().awaitUninterruptibly();
        context.sessions().forEach(Session::drainAndClose);
        if (!await(() -> context.sessions().isEmpty(), context.options().timeouts().closeGraceNanos())) {
            context.sessions().forEach(session -> session.channel().close());
            await(() -> context.sessions().isEmpty(), STOP_WAIT_NANOS);
        }
        stop(context, eventLoops);
    }

    /// Readers first: what they finish still goes through the event loops.
    private static void stop(ServerContext context, EventLoopGroup eventLoops) {
        context.operations().shutdownNow();
        await(() -> context.counters().readsInFlight.sum() == 0, STOP_WAIT_NANOS);
        context.readers().close();
        eventLoops.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
        context.pool().close();
    }

    private static boolean await(BooleanSupplier condition, long timeoutNanos) {
        long until = System.nanoTime() + timeoutNanos;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }
}
