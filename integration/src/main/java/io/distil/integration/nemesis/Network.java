package io.distil.integration.nemesis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The network among the nodes of a cluster on this machine, with a {@link Link} for each ordered pair of them.
///
/// Every node has a loopback address of its own, and a name that the cluster's configuration spells, `n1:7702`. Each process
/// resolves names by a file of its own (`-Djdk.net.hosts.file`): its own name is its own address, another node's name
/// is the address of the link that leads there. So nodes need to know nothing of this, and each link can be cut alone.
/// Node `i` of network `x` is `127.x.0.i`, the link from `i` to `j` is `127.x.i.j`. Clients come by the nodes' addresses,
/// through no link.
final class Network implements AutoCloseable {
    static final int RAFT_PORT = 7702;

    private record Pair(int from, int to) {}

    private final int number;
    private final int nodes;
    private final Map<Pair, Direction> directions = new HashMap<>();
    private final Map<Pair, Link> links = new HashMap<>();

    /// @param nodes how many there may be; they are numbered from 1
    Network(int nodes, Random random) throws IOException {
        this.nodes = nodes;
        this.number = 1 + random.nextInt(250);
        for (int from = 1; from <= nodes; from++) {
            for (int to = 1; to <= nodes; to++) {
                directions.put(new Pair(from, to), new Direction());
            }
        }
        for (Pair pair : pairs()) {
            InetSocketAddress door = new InetSocketAddress(address(pair.from, pair.to), RAFT_PORT);
            InetSocketAddress target = new InetSocketAddress(host(pair.to), RAFT_PORT);
            links.put(pair, new Link(door, target, direction(pair.from, pair.to), direction(pair.to, pair.from)));
        }
    }

    private List<Pair> pairs() {
        return directions.keySet().stream().filter(pair -> pair.from != pair.to).toList();
    }

    private Direction direction(int from, int to) {
        return directions.get(new Pair(from, to));
    }

    private String address(int from, int to) {
        return "127." + number + "." + from + "." + to;
    }

    /// Where a node itself is.
    String host(int node) {
        return address(0, node);
    }

    static String name(int node) {
        return "n" + node;
    }

    /// Writes the file by which a node's process resolves names.
    Path writeHosts(int node, Path file) throws IOException {
        List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
        for (int other = 1; other <= nodes; other++) {
            lines.add((other == node ? host(node) : address(node, other)) + " " + name(other));
        }
        return Files.write(file, lines);
    }

    /// Bytes from `from` do not reach `to` any more; those the other way do.
    void cutOneWay(int from, int to) {
        direction(from, to).cut();
    }

    void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /// Nobody hears of `node`, and it hears of nobody.
    void isolate(int node) {
        for (int other = 1; other <= nodes; other++) {
            cut(node, other);
        }
    }

    /// Everything between `node` and the others takes so much longer, each way.
    void slow(int node, long delayNanos) {
        for (int other = 1; other <= nodes; other++) {
            direction(node, other).slow(delayNanos);
            direction(other, node).slow(delayNanos);
        }
    }

    /// Everything passes again, what was held first.
    void heal() {
        directions.values().forEach(Direction::heal);
    }

    /// Everything passes again, but what was held is lost with its connections, as after a long interruption.
    void healWithResets() {
        reset();
        heal();
    }

    /// Breaks all connections, in the middle of whatever they carry.
    void reset() {
        links.values().forEach(Link::reset);
    }

    @Override
    public void close() throws IOException {
        for (Link link : links.values()) {
            link.close();
        }
    }
}
