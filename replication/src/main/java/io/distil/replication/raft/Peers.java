package io.distil.replication.raft;

import io.distil.base.api.ClusterMap;

import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

import java.util.UUID;

/// Our names and Ratis'. A peer is a node's name with the first digits of its data directory's identity, so a node whose disk
/// was wiped is another peer, without a vote. A group's id is the cluster's in its upper half, and its number.
final class Peers {
    private Peers() {}

    static RaftPeer peer(ClusterMap.Node node) {
        return RaftPeer.newBuilder()
                .setId(node.peer())
                .setAddress(node.raft())
                .setClientAddress(node.listen())
                .setAdminAddress(node.http())
                .build();
    }

    static ClusterMap.Node node(RaftPeer peer) {
        return new ClusterMap.Node(
                name(peer.getId()),
                peer.getId().toString(),
                text(peer.getClientAddress()),
                text(peer.getAddress()),
                text(peer.getAdminAddress()));
    }

    private static String text(String address) {
        return address == null ? "" : address;
    }

    /// The node's name in a peer's id.
    static String name(RaftPeerId peer) {
        String id = peer.toString();
        int end = id.lastIndexOf('-');
        return end < 0 ? id : id.substring(0, end);
    }

    static RaftGroupId groupId(long cluster, int group) {
        return RaftGroupId.valueOf(new UUID(cluster, group));
    }

    static int group(RaftGroupId groupId) {
        return (int) groupId.getUuid().getLeastSignificantBits();
    }

    static long cluster(RaftGroupId groupId) {
        return groupId.getUuid().getMostSignificantBits();
    }
}
