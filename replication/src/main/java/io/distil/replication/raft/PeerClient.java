package io.distil.replication.raft;

import io.distil.replication.raft.SnapshotMessages.Answer;
import io.distil.replication.raft.SnapshotMessages.Question;
import io.distil.replication.transfer.Chunk;

import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.exceptions.AlreadyExistsException;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

import java.io.IOException;

/// Asks one other node over Ratis' own channel: makes it a member of a group, dismisses it, or has its replica answer. No
/// retries: whoever asks knows better. One owner thread.
final class PeerClient implements AutoCloseable {
    /// First byte of a question that the replica's owner answers, whatever it means.
    static final byte TO_OWNER = 0x40;

    private final RaftPeer peer;
    private final RaftGroupId groupId;
    private final RaftClient client;

    /// @param properties of this node's server, for the sizes of messages
    PeerClient(RaftProperties properties, RaftGroupId groupId, RaftPeer peer) {
        // Ratis' clients would talk to the client address, where our own protocol listens.
        this.peer = RaftPeer.newBuilder().setId(peer.getId()).setAddress(peer.getAddress()).build();
        this.groupId = groupId;
        this.client =
                RaftClient.newBuilder()
                        .setRaftGroup(RaftGroup.valueOf(groupId, this.peer))
                        .setProperties(properties)
                        .setParameters(new Parameters())
                        .setRetryPolicy(RetryPolicies.noRetry())
                        .build();
    }

    /// Makes the peer's process hold a replica of the group, empty and without a vote until the group's leader makes it a
    /// member. Without any peers, so that it cannot stand for election before.
    void addGroup() throws IOException {
        try {
            RaftNode.check(client.getGroupManagementApi(peer.getId()).add(RaftGroup.valueOf(groupId)));
        } catch (AlreadyExistsException e) {
            // An earlier attempt came so far.
        }
    }

    /// Has the peer drop its replica. Another peer at the same address, which a wiped node is, is left alone.
    void removeGroup() throws IOException {
        Answer answer = ask(new Question.Who(), null);
        if (answer instanceof Answer.Peer(String id) && id.equals(peer.getId().toString())) {
            RaftNode.check(client.getGroupManagementApi(peer.getId()).remove(groupId, true, false));
        }
    }

    /// What the peer's replica answers.
    ///
    /// @param asked the chunk that is asked for, or null
    Answer ask(Question question, Chunk asked) throws IOException {
        return SnapshotMessages.answer(ask(SnapshotMessages.encode(question)), asked);
    }

    private ByteString ask(ByteString question) throws IOException {
        RaftClientReply reply = client.io().sendStaleRead(Message.valueOf(question), 0, peer.getId());
        RaftNode.check(reply);
        return reply.getMessage().getContent();
    }

    /// What the owner of the peer's replica answers.
    byte[] askOwner(byte[] question) throws IOException {
        byte[] addressed = new byte[1 + question.length];
        addressed[0] = TO_OWNER;
        System.arraycopy(question, 0, addressed, 1, question.length);
        return ask(UnsafeByteOperations.unsafeWrap(addressed)).toByteArray();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
