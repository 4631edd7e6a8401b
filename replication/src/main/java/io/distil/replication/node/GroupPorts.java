package io.distil.replication.node;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.Mutation;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.placement.GroupPort;
import io.distil.replication.placement.Groups;
import io.distil.replication.raft.RaftNode;
import io.distil.replication.tablet.LocalStore;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The ways to the leaders of all groups, for whoever coordinates tablets: in this process, or by Raft's channel.
///
/// | question | bytes |
/// |---|---|
/// | a command to be applied | u8 1, the command |
/// | a question to a leader about its tablets | u8 2, the question |
///
/// | answer | bytes |
/// |---|---|
/// | done | u8 0, what was asked for |
/// | refused | u8 1, u32 error code, text |
final class GroupPorts implements Groups.Ports {
    private static final int SUBMIT = 1;
    private static final int ASK = 2;
    private static final int DONE = 0;
    private static final int REFUSED = 1;

    private final RaftNode raft;
    private final Replicas replicas;
    private final ClusterMaps maps;

    GroupPorts(RaftNode raft, Replicas replicas, ClusterMaps maps) {
        this.raft = raft;
        this.replicas = replicas;
        this.maps = maps;
    }

    @Override
    public GroupPort group(int number) {
        return new GroupPort() {
            @Override
            public void submit(Mutation.OfTablets command) throws IOException {
                send(number, SUBMIT, command.command().toArray(Layouts.BYTE));
            }

            @Override
            public byte[] ask(byte[] question) throws IOException {
                return send(number, ASK, question);
            }
        };
    }

    private byte[] send(int group, int kind, byte[] content) throws IOException {
        byte[] question = new byte[1 + content.length];
        question[0] = (byte) kind;
        System.arraycopy(content, 0, question, 1, content.length);
        if (maps.leads(group)) {
            LocalStore store =
                    replicas.get(group)
                            .orElseThrow(
                                    () -> new Refused(ErrorCode.NOT_LEADER, "this node has just left group " + group));
            return decode(RootRecords.await(answer(store, question)));
        }
        return sendToLeader(group, question);
    }

    /// Who leads is known of the groups this node belongs to; of others, each member is asked until one does.
    private byte[] sendToLeader(int group, byte[] question) throws IOException {
        if (replicas.get(group).isPresent()) {
            return decode(raft.ask(group, maps.leader(group), question));
        }
        Exception last = null;
        for (ClusterMap.Node member : maps.members(group)) {
            try {
                return decode(raft.ask(group, member, question));
            } catch (Refused e) {
                if (e.code() != ErrorCode.NOT_LEADER) {
                    throw e;
                }
                last = e;
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no member of group " + group + " answers as its leader", last);
    }

    /// Answers a question that came from another node.
    static CompletableFuture<byte[]> answer(LocalStore store, byte[] question) {
        MemorySegment content = MemorySegment.ofArray(question).asSlice(Math.min(1, question.length));
        CompletableFuture<byte[]> answer =
                switch (question.length == 0 ? 0 : question[0]) {
                    case SUBMIT ->
                            store.submit(new Mutation.OfTablets(content), WriteTag.NONE, Durability.MAJORITY)
                                    .thenApply(_ -> new byte[0]);
                    case ASK ->
                            store.barrier(Consistency.LINEARIZABLE)
                                    .thenCompose(_ -> leading(store))
                                    .thenComposeAsync(_ -> store.ask(content.toArray(Layouts.BYTE)));
                    default ->
                            CompletableFuture.failedFuture(
                                    new CorruptBlock("a question of another node is of no known kind"));
                };
        return answer.thenApply(GroupPorts::done)
                .exceptionally(e -> {
                    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
                    if (cause instanceof Refused refused) {
                        return refused(refused);
                    }
                    throw new CompletionException(cause);
                });
    }

    /// A follower can answer linearizable reads as well, but the questions are for the leader.
    private static CompletableFuture<Void> leading(LocalStore store) {
        return store.barrier(Consistency.LEADER);
    }

    private static byte[] done(byte[] content) {
        byte[] answer = new byte[1 + content.length];
        answer[0] = DONE;
        System.arraycopy(content, 0, answer, 1, content.length);
        return answer;
    }

    private static byte[] refused(Refused refused) {
        byte[] answer = new byte[1 + 4 + MemoryWriter.textBytes(refused.getMessage())];
        new MemoryWriter()
                .wrap(MemorySegment.ofArray(answer))
                .u8(REFUSED)
                .u32(refused.code().number())
                .text(refused.getMessage());
        return answer;
    }

    private static byte[] decode(byte[] answer) throws IOException {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(answer), "another node's answer");
        if (reader.u8() == DONE) {
            return reader.raw(reader.remaining()).toArray(Layouts.BYTE);
        }
        throw new Refused(ErrorCode.ofNumber(reader.u32()), reader.text());
    }
}
