package io.distil.replication.raft;

import org.apache.ratis.util.CodeInjectionForTesting;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Cuts nodes of this process off from each other, by having them refuse what Ratis' servers send to each other.
final class Partitions implements AutoCloseable {
    private static final String[] POINTS = {
        "RaftServerImpl.appendEntries", "RaftServerImpl.requestVote", "RaftServerImpl.installSnapshot"
    };

    /// Names of nodes that hear nobody and are heard by nobody.
    private final Set<String> isolated = ConcurrentHashMap.newKeySet();

    Partitions() {
        for (String point : POINTS) {
            CodeInjectionForTesting.put(
                    point,
                    (local, remote, arguments) -> {
                        if (isIsolated(local) || isIsolated(remote)) {
                            throw new IllegalStateException(remote + " does not reach " + local);
                        }
                        return false;
                    });
        }
    }

    private boolean isIsolated(Object peer) {
        String id = String.valueOf(peer);
        return isolated.stream().anyMatch(name -> id.startsWith(name + "-"));
    }

    void isolate(String name) {
        isolated.add(name);
    }

    void heal() {
        isolated.clear();
    }

    @Override
    public void close() {
        for (String point : POINTS) {
            CodeInjectionForTesting.remove(point);
        }
    }
}
