package io.distil.replication.raft;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;

import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Looks at a group's membership and changes it; changes only on the node that leads the group. Each change is one entry of
/// Raft's joint consensus: interrupted, it has happened or not, and repeating it completes it. Safe for use by many threads.
public final class GroupAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(GroupAdmin.class);
    private static final long TRANSFER_MILLIS_MAX = 10_000;
    private static final long PROGRESS_MILLIS = 500;

    private final RaftNode node;
    private final RaftMember member;

    GroupAdmin(RaftNode node, RaftMember member) {
        this.node = node;
        this.member = member;
    }

    /// Nodes with a vote.
    public List<ClusterMap.Node> nodes() throws IOException {
        return member.peers().stream().map(Peers::node).toList();
    }

    /// Leader and members, with what the leader knows of them; on another node, with what that node knows.
    public ClusterMap.Group status() throws IOException {
        RaftServer.Division division = division();
        RaftPeerId leader = division.getInfo().getLeaderId();
        List<ClusterMap.Member> members = new ArrayList<>();
        for (RaftPeer peer : member.peers()) {
            members.add(peer.getId().equals(division.getId()) ? self() : other(peer, leader));
        }
        return new ClusterMap.Group(
                member.group(), leader == null ? "" : Peers.name(leader), member.currentTerm(), members);
    }

    private RaftServer.Division division() throws IOException {
        RaftServer.Division division = member.division();
        if (division == null) {
            throw new IOException("group " + member.group() + " has not been started on this node");
        }
        return division;
    }

    private ClusterMap.Member self() throws IOException {
        RaftServer.Division division = division();
        return new ClusterMap.Member(
                node.identity().name(),
                division.getInfo().getCurrentRole().name().toLowerCase(Locale.ROOT),
                position(member.flushIndex()),
                position(division.getInfo().getLastAppliedIndex()));
    }

    /// Another member as seen from here: in full by the leader, else by what it told of its commits.
    private ClusterMap.Member other(RaftPeer peer, RaftPeerId leader) throws IOException {
        RaftServer.Division division = division();
        String name = Peers.name(peer.getId());
        String role = peer.getId().equals(leader) ? "leader" : "follower";
        if (!division.getInfo().isLeader()) {
            return new ClusterMap.Member(name, role, -1, committed(peer));
        }
        if (millisSinceReply(peer) > 2L * division.properties().maxRpcTimeoutMs()) {
            role = "unreachable";
        }
        return new ClusterMap.Member(name, role, position(matchIndex(peer)), committed(peer));
    }

    private static long position(long raftIndex) {
        return raftIndex < 0 ? -1 : Positions.last(raftIndex);
    }

    private long committed(RaftPeer peer) throws IOException {
        return division().getCommitInfos().stream()
                .filter(info -> RaftPeerId.valueOf(info.getServer().getId()).equals(peer.getId()))
                .mapToLong(info -> position(info.getCommitIndex()))
                .findFirst()
                .orElse(-1);
    }

    private long millisSinceReply(RaftPeer peer) throws IOException {
        RoleInfoProto role = division().getInfo().getRoleInfoProto();
        return role.getLeaderInfo().getFollowerInfoList().stream()
                .filter(info -> RaftPeerId.valueOf(info.getId().getId()).equals(peer.getId()))
                .mapToLong(ServerRpcProto::getLastRpcElapsedTimeMs)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /// The order of Ratis' list is that of the role's followers.
    private long matchIndex(RaftPeer peer) throws IOException {
        List<ServerRpcProto> followers = division().getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        long[] matched = division().getInfo().getFollowerMatchIndices();
        for (int i = 0; matched != null && i < Math.min(followers.size(), matched.length); i++) {
            if (RaftPeerId.valueOf(followers.get(i).getId().getId()).equals(peer.getId())) {
                return matched[i];
            }
        }
        return -1;
    }

    /// Makes a node a member: its process gets an empty replica, which is filled before it gets its vote. A known name with
    /// another data directory takes the place of the old one in the same change.
    ///
    /// @throws Refused `NOT_LEADER`, `CLUSTER_CONFLICT`
    public void add(ClusterMap.Node joining, Consumer<String> progress) throws IOException {
        change(joining.name(), joining, progress);
    }

    /// Takes a node out. Its process is told to drop its replica, if it can be reached.
    ///
    /// @throws Refused `NOT_LEADER`, `CLUSTER_CONFLICT`, `NO_SUCH_NODE`
    public void remove(String name, Consumer<String> progress) throws IOException {
        peer(name);
        change(name, null, progress);
    }

    /// Puts a node into the place of another, in one change.
    ///
    /// @throws Refused as {@link #remove}
    public void replace(String name, ClusterMap.Node with, Consumer<String> progress) throws IOException {
        peer(name);
        change(name, with, progress);
    }

    /// Lets another member lead.
    ///
    /// @throws Refused `NOT_LEADER`, `CLUSTER_CONFLICT` if it did not happen, `NO_SUCH_NODE`
    public void transferLeader(String to) throws IOException {
        requireLeader();
        RaftPeerId target = peer(to).getId();
        RaftClientReply reply =
                await(
                        node.server()
                                .transferLeadershipAsync(
                                        new TransferLeadershipRequest(
                                                node.administrator(),
                                                node.server().getId(),
                                                member.groupId(),
                                                node.nextCallId(),
                                                target,
                                                TRANSFER_MILLIS_MAX)),
                        () -> {});
        refuseFailure(reply, "leadership was not transferred to " + to);
    }

    private RaftPeer peer(String name) throws IOException {
        return member.peers().stream()
                .filter(peer -> Peers.name(peer.getId()).equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Refused(
                                ErrorCode.NO_SUCH_NODE,
                                "node " + name + " is not a member of group " + member.group()));
    }

    private void requireLeader() {
        if (!member.isLeader()) {
            throw member.notLeader();
        }
    }

    /// @param leaving name of the member that goes, if there is one
    /// @param joining null if none comes
    private void change(String leaving, ClusterMap.Node joining, Consumer<String> progress) throws IOException {
        requireLeader();
        List<RaftPeer> before = List.copyOf(member.peers());
        List<RaftPeer> after = new ArrayList<>(before);
        List<RaftPeer> gone = new ArrayList<>();
        RaftPeer comes = joining == null ? null : Peers.peer(joining);
        for (RaftPeer peer : before) {
            boolean stays = !Peers.name(peer.getId()).equals(leaving) || peer.equals(comes);
            if (!stays) {
                after.remove(peer);
                gone.add(peer);
            }
        }
        if (comes != null) {
            after.removeIf(peer -> peer.getId().equals(comes.getId()));
            after.add(comes);
            if (!before.contains(comes)) {
                progress.accept("node " + joining.name() + " gets a replica of group " + member.group());
                call(comes, PeerClient::addGroup);
            }
        }
        setConfiguration(before, after, progress);
        progress.accept("group " + member.group() + " has members " + names(after));
        for (RaftPeer peer : gone) {
            dismiss(peer, progress);
        }
    }

    private static String names(Collection<RaftPeer> peers) {
        return String.join(", ", peers.stream().map(peer -> Peers.name(peer.getId())).sorted().toList());
    }

    private void setConfiguration(List<RaftPeer> before, List<RaftPeer> after, Consumer<String> progress)
            throws IOException {
        SetConfigurationRequest.Arguments arguments =
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(before)
                        .setServersInNewConf(after)
                        .setListenersInCurrentConf(List.of())
                        .setListenersInNewConf(List.of())
                        .build();
        CompletableFuture<RaftClientReply> reply =
                node.server()
                        .setConfigurationAsync(
                                new SetConfigurationRequest(
                                        node.administrator(),
                                        node.server().getId(),
                                        member.groupId(),
                                        node.nextCallId(),
                                        arguments));
        long[] told = {-1};
        RaftClientReply done = await(reply, () -> tellProgress(told, progress));
        refuseFailure(done, "the membership of group " + member.group() + " was not changed");
    }

    private void tellProgress(long[] told, Consumer<String> progress) {
        RaftServer.Division division = member.division();
        long[] matched = division.getInfo().getFollowerMatchIndices();
        long slowest = Long.MAX_VALUE;
        for (long index : matched == null ? new long[0] : matched) {
            slowest = Math.min(slowest, index);
        }
        if (slowest != Long.MAX_VALUE && slowest != told[0]) {
            told[0] = slowest;
            progress.accept("the slowest member has entry %d of %d".formatted(slowest, member.committedIndex()));
        }
    }

    private void dismiss(RaftPeer peer, Consumer<String> progress) {
        try {
            call(peer, PeerClient::removeGroup);
        } catch (IOException e) {
            // It is away, or wiped; it has no vote any more.
            LOG.info("Node {} was not told that it is no member any more.", peer.getId(), e);
            progress.accept("node " + Peers.name(peer.getId()) + " cannot be reached; it keeps a replica nobody asks");
        }
    }

    private interface Call {
        void on(PeerClient client) throws IOException;
    }

    private void call(RaftPeer peer, Call call) throws IOException {
        try (PeerClient client = new PeerClient(node.server().getProperties(), member.groupId(), peer)) {
            call.on(client);
        }
    }

    private static RaftClientReply await(CompletableFuture<RaftClientReply> reply, Runnable meanwhile)
            throws IOException {
        while (true) {
            try {
                return reply.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                meanwhile.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the membership is being changed");
            } catch (ExecutionException e) {
                throw new IOException(e.getCause().getMessage(), e.getCause());
            }
        }
    }

    private void refuseFailure(RaftClientReply reply, String what) {
        if (reply.isSuccess()) {
            return;
        }
        if (!member.isLeader()) {
            throw member.notLeader();
        }
        String why = reply.getException() == null ? "Raft refused" : reply.getException().getMessage();
        throw new Refused(ErrorCode.CLUSTER_CONFLICT, what + ": " + why);
    }
}
