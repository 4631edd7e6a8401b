package io.distil.wire.client;

import io.distil.base.NanoClock;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// The links to the nodes of a cluster, by address: one each, made when it is first needed, and made anew when a node that
/// was not there is asked for again. All of them are one client to the nodes. Any thread.
final class Nodes implements AutoCloseable {
    private final DistilClientOptions options;
    private final NanoClock clock;
    private final Identity identity;
    private final Map<String, Link> links = new HashMap<>();
    private final List<Link> retired = new ArrayList<>();
    private boolean isClosed;

    Nodes(DistilClientOptions options, NanoClock clock, Identity identity) {
        this.options = options;
        this.clock = clock;
        this.identity = identity;
    }

    /// The link to a node, once the node has welcomed us.
    ///
    /// @param address `HOST:PORT`
    CompletableFuture<Link> link(String address) {
        Link link;
        try {
            link = at(address);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        return link.welcomed().thenApply(_ -> link);
    }

    private synchronized Link at(String address) throws IOException {
        if (isClosed) {
            throw new ConnectionLost("the client is closed");
        }
        Link link = links.get(address);
        if (link == null || !link.isOpen()) {
            if (link != null) {
                // Its thread is ending, and may be the one that asks here: nobody waits for it before the end.
                retired.add(link);
                retired.removeIf(Link::isOver);
            }
            link = new Link(addressOf(address), options, clock, identity, false);
            links.put(address, link);
        }
        return link;
    }

    static InetSocketAddress addressOf(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            if (colon > 0 && port > 0 && port <= 0xffff) {
                return InetSocketAddress.createUnresolved(address.substring(0, colon), port);
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IOException("the address of a node is '" + address + "', wanted HOST:PORT");
    }

    /// Whether this is a thread on which answers arrive: one that must not wait for them.
    synchronized boolean isOwnThread() {
        return links.values().stream().anyMatch(Link::isOwnThread) || retired.stream().anyMatch(Link::isOwnThread);
    }

    @Override
    public void close() {
        List<Link> all;
        synchronized (this) {
            isClosed = true;
            all = new ArrayList<>(links.values());
            all.addAll(retired);
        }
        all.forEach(Link::close);
    }
}
