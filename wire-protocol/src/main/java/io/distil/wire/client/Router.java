package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// Finds the node for a request, and asks for another map when it was the wrong one. Any thread; nothing here waits but
/// {@link #connect}.
///
/// A node that stands alone has no map: every way leads to it, and no question is asked for the map.
final class Router implements AutoCloseable {
    /// A node that has not told its map by then may be dead or paused: another one is asked beside it.
    private static final long ANSWER_MILLIS = 100;

    private final Nodes nodes;
    private final List<String> seeds;
    private final RandomGenerator random;
    private volatile RoutingMap map;
    private volatile Link only;
    private volatile boolean isClosed;
    private CompletableFuture<RoutingMap> refreshing;
    private int lastAsked;

    Router(
            List<String> seeds,
            DistilClientOptions options,
            NanoClock clock,
            Identity identity,
            RandomGenerator random) {
        this.nodes = new Nodes(options, clock, identity);
        this.seeds = List.copyOf(seeds);
        this.random = random;
    }

    /// Finds a node that is there, and the map if there is one.
    ///
    /// @throws IOException what the last of the nodes said, if there is none
    /// @throws Refused the same, if it answered: it may still be reading its log
    void connect() throws IOException {
        IOException trouble = new IOException("no address of a node was given");
        Refused refusal = null;
        for (String seed : seeds) {
            try {
                Link link = Link.get(nodes.link(seed));
                if (!link.isOfCluster()) {
                    only = link;
                    return;
                }
                map = new RoutingMap(Link.get(askForMap(link)));
                return;
            } catch (IOException e) {
                trouble = e;
                refusal = null;
            } catch (Refused e) {
                refusal = e;
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        throw trouble;
    }

    /// What is known of the cluster; null while there is but one node.
    RoutingMap map() {
        return isAlone() ? null : map;
    }

    /// Whether there is one node, which has said that it is no part of a cluster.
    boolean isAlone() {
        Link link = only;
        return link != null && !link.isOfCluster();
    }

    /// @throws ConnectionLost if it is
    void checkNotClosed() throws ConnectionLost {
        if (isClosed) {
            throw new ConnectionLost("the client is closed");
        }
    }

    boolean isOwnThread() {
        return nodes.isOwnThread();
    }

    // Ways.

    /// The way to the node that leads a group; fails with `NOT_LEADER` while none is known.
    CompletableFuture<Link> leader(int group) {
        if (isAlone()) {
            return CompletableFuture.completedFuture(only);
        }
        RoutingMap known = map;
        if (known == null) {
            return refresh().thenCompose(fresh -> leader(fresh, group));
        }
        return leader(known, group);
    }

    private CompletableFuture<Link> leader(RoutingMap known, int group) {
        return known.leader(group)
                .map(node -> nodes.link(node.listen()))
                .orElseGet(() ->
                        CompletableFuture.failedFuture(
                                new Refused(ErrorCode.NOT_LEADER, "group " + group + " has no leader that is known")));
    }

    /// The way to a node that may answer a read of a group: its leader, or for a stale read any replica, the ones that do not
    /// lead before the one that does.
    ///
    /// @param attempt how often this read was put before
    CompletableFuture<Link> reader(int group, Consistency consistency, int attempt) {
        RoutingMap known = map();
        if (known == null || !(consistency instanceof Consistency.BoundedStale)) {
            return leader(group);
        }
        List<ClusterMap.Node> followers = known.followers(group);
        // Each follower has its turn, then the leader.
        if (followers.isEmpty() || attempt % (followers.size() + 1) == followers.size()) {
            return leader(group);
        }
        int first = attempt == 0 ? random.nextInt(followers.size()) : attempt;
        return nodes.link(followers.get(first % followers.size()).listen());
    }

    /// The way to a node, by its name.
    CompletableFuture<Link> node(String name) {
        RoutingMap known = map();
        if (known == null) {
            return CompletableFuture.completedFuture(only);
        }
        return known.map()
                .node(name)
                .map(node -> nodes.link(node.listen()))
                .orElseThrow(() -> new Refused(ErrorCode.NO_SUCH_NODE, "the cluster has no node " + name));
    }

    // The map.

    /// Asks for a newer map, and asks another node, too, each time one has not answered for a moment or could not. Who asks while
    /// somebody else does gets the same answer.
    synchronized CompletableFuture<RoutingMap> refresh() {
        if (refreshing != null) {
            return refreshing;
        }
        Set<String> addresses = new LinkedHashSet<>();
        if (map != null) {
            map.map().nodes().forEach(node -> addresses.add(node.listen()));
        }
        addresses.addAll(seeds);
        List<String> inTurn = new ArrayList<>(addresses);
        // Another one first each time: who has a stale map must not be believed for ever.
        Collections.rotate(inTurn, -(lastAsked++ % inTurn.size()));
        CompletableFuture<RoutingMap> asked = new CompletableFuture<>();
        refreshing = asked;
        ask(inTurn, 0, asked, new AtomicInteger(inTurn.size()));
        return asked;
    }

    /// @param left how many have not failed
    private void ask(List<String> addresses, int index, CompletableFuture<RoutingMap> asked, AtomicInteger left) {
        if (index >= addresses.size() || asked.isDone()) {
            return;
        }
        AtomicBoolean goesOn = new AtomicBoolean();
        Runnable next =
                () -> {
                    if (goesOn.compareAndSet(false, true)) {
                        ask(addresses, index + 1, asked, left);
                    }
                };
        nodes.link(addresses.get(index))
                .thenCompose(Router::askForMap)
                .whenComplete((heard, thrown) -> {
                    if (thrown == null) {
                        asked.complete(learn(heard));
                    } else if (left.decrementAndGet() == 0) {
                        forget();
                        asked.completeExceptionally(Repetition.bare(thrown));
                    } else {
                        next.run();
                    }
                });
        if (!asked.isDone()) {
            CompletableFuture.delayedExecutor(ANSWER_MILLIS, TimeUnit.MILLISECONDS).execute(next);
        }
    }

    private synchronized RoutingMap learn(ClusterMap heard) {
        // An answer that comes behind another one still tells something.
        refreshing = null;
        map = map == null ? new RoutingMap(heard) : map.merged(heard);
        return map;
    }

    private synchronized void forget() {
        refreshing = null;
    }

    private static CompletableFuture<ClusterMap> askForMap(Link link) {
        return link.question(
                _ -> new Request.GetClusterMap(),
                answer -> answer instanceof Answer.Cluster(ClusterMap heard) ? heard : null);
    }

    @Override
    public void close() {
        isClosed = true;
        nodes.close();
    }
}
