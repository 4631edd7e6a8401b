package io.distil.replication.raft;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// This node's membership of one Raft group, as the log and the administration use it: what Ratis calls a division, which
/// is not there before the server was started. Safe for use by many threads.
final class RaftMember {
    private static final long SNAPSHOT_TIMEOUT_MILLIS = 60_000;

    private final int group;
    private final RaftGroupId groupId;
    private final ClientId writer = ClientId.randomId();

    /// Not the writer: Ratis makes a client's reads wait for the client's writes.
    private final ClientId reader = ClientId.randomId();

    private final AtomicLong callIds = new AtomicLong();

    /// Known to Ratis, but perhaps not started.
    private volatile RaftServer.Division assigned;

    private volatile RaftServer.Division division;

    RaftMember(int group, RaftGroupId groupId) {
        this.group = group;
        this.groupId = groupId;
    }

    /// Ratis is about to start the division.
    void assigned(RaftServer.Division starting) {
        division = null;
        assigned = starting;
    }

    int group() {
        return group;
    }

    RaftGroupId groupId() {
        return groupId;
    }

    /// The division, or null before the start.
    RaftServer.Division division() {
        RaftServer.Division present = division;
        if (present == null && assigned != null) {
            present = assigned;
            try {
                present.getRaftLog();
                division = present;
            } catch (IllegalStateException e) {
                // Its log is being opened; there is no gentler way to know.
                return null;
            }
        }
        return present;
    }

    private RaftServer.Division started() throws IOException {
        RaftServer.Division present = division();
        if (present == null) {
            throw new IOException("group " + group + " has not been started on this node");
        }
        return present;
    }

    boolean isLeader() {
        RaftServer.Division present = division();
        return present != null && present.getInfo().isLeader();
    }

    boolean isLeaderReady() {
        RaftServer.Division present = division();
        return present != null && present.getInfo().isLeaderReady();
    }

    long currentTerm() {
        RaftServer.Division present = division();
        return present == null ? 0 : present.getInfo().getCurrentTerm();
    }

    /// The last entry that journal and Raft log of this member have on disk.
    long flushIndex() {
        RaftServer.Division present = division();
        return present == null ? Positions.NO_INDEX : present.getRaftLog().getFlushIndex();
    }

    /// The last entry of Raft's log, on disk or not.
    long lastIndex() {
        RaftServer.Division present = division();
        return present == null ? Positions.NO_INDEX : present.getRaftLog().getNextIndex() - 1;
    }

    /// The first entry that Raft's log still has.
    long firstIndex() {
        RaftServer.Division present = division();
        return present == null ? Positions.NO_INDEX : present.getRaftLog().getStartIndex();
    }

    long committedIndex() {
        RaftServer.Division present = division();
        return present == null ? Positions.NO_INDEX : present.getRaftLog().getLastCommittedIndex();
    }

    int memberCount() {
        RaftServer.Division present = division();
        return present == null ? 1 : Math.max(1, present.getRaftConf().getCurrentPeers().size());
    }

    /// How many members have the entry on disk, as the leader knows.
    int copies(long raftIndex) {
        RaftServer.Division present = division();
        if (present == null || !present.getInfo().isLeader()) {
            return 1;
        }
        int copies = flushIndex() >= raftIndex ? 1 : 0;
        long[] matched = present.getInfo().getFollowerMatchIndices();
        if (matched != null) {
            for (long index : matched) {
                copies += index >= raftIndex ? 1 : 0;
            }
        }
        // While a new member is being filled it has a match index and no vote.
        return Math.min(copies, memberCount());
    }

    /// Milliseconds since this member, following, last heard from its leader; `Long.MAX_VALUE` if it has none.
    long millisSinceLeader() {
        RaftServer.Division present = division();
        if (present == null || present.getInfo().getLeaderId() == null || !present.getInfo().isFollower()) {
            return Long.MAX_VALUE;
        }
        return present.getInfo().getRoleInfoProto().getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs();
    }

    /// The refusal of a write or a read that only the leader may answer: it names the leader.
    Refused notLeader() {
        return new Refused(ErrorCode.NOT_LEADER, whoLeads());
    }

    String whoLeads() {
        RaftServer.Division present = division();
        DivisionInfo info = present == null ? null : present.getInfo();
        RaftPeerId leader = info == null ? null : info.getLeaderId();
        if (leader == null || info.isLeader()) {
            return "group " + group + " has no leader that this node knows of";
        }
        RaftPeer peer = present.getRaftConf().getPeer(leader);
        String address = peer == null ? "" : " at " + peer.getClientAddress();
        return "the leader of group " + group + " is " + Peers.name(leader) + address;
    }

    /// Proposes an entry on the calling thread; {@link GroupStateMachine#proposing} has been told what is in it.
    CompletableFuture<RaftClientReply> propose() throws IOException {
        return submit(writer, RaftClientRequest.writeRequestType(), Message.EMPTY);
    }

    /// Completes when everything committed before this call is applied here.
    CompletableFuture<RaftClientReply> readIndex() throws IOException {
        return submit(reader, RaftClientRequest.readRequestType(), Message.EMPTY);
    }

    private CompletableFuture<RaftClientReply> submit(ClientId client, RaftClientRequest.Type type, Message message)
            throws IOException {
        RaftServer.Division present = started();
        // The division itself, not the server: the server would pass it to a thread of a pool and wait for that.
        return ((RaftClientAsynchronousProtocol) present)
                .submitClientRequestAsync(
                        RaftClientRequest.newBuilder()
                                .setClientId(client)
                                .setServerId(present.getId())
                                .setGroupId(groupId)
                                .setCallId(callIds.incrementAndGet())
                                .setMessage(message)
                                .setType(type)
                                .build());
    }

    /// Connects to the leader anew: after an outage the way there may be closed for minutes, as gRPC waits ever longer between
    /// attempts.
    void reconnectToLeader(Exception failure) {
        RaftServer.Division present = division();
        RaftPeerId leader = present == null ? null : present.getInfo().getLeaderId();
        if (leader != null && !present.getInfo().isLeader()) {
            present.getRaftServer().getServerRpc().handleException(leader, failure, true);
        }
    }

    /// Lets Ratis ask the state machine up to where the log may go, and cut it there.
    CompletableFuture<?> cutLog() {
        try {
            RaftServer.Division present = started();
            return present.getRaftServer()
                    .snapshotManagementAsync(
                            SnapshotManagementRequest.newCreate(
                                    writer,
                                    present.getId(),
                                    groupId,
                                    callIds.incrementAndGet(),
                                    SNAPSHOT_TIMEOUT_MILLIS,
                                    1));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Peers with a vote.
    Collection<RaftPeer> peers() throws IOException {
        return started().getRaftConf().getCurrentPeers();
    }

    @Override
    public String toString() {
        RaftServer.Division present = division();
        return present == null ? "group " + group : "group " + group + " on " + present.getId();
    }
}
