package io.distil.replication.tablet;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.catalog.Sessions;
import io.distil.replication.placement.OwnedTablet;
import io.distil.replication.placement.Ownership;
import io.distil.replication.placement.PartWriter;
import io.distil.replication.placement.TableBody;
import io.distil.replication.placement.TabletQuestion;
import io.distil.replication.placement.TabletSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Answers what a coordinator asks of a group. Any thread, but for sessions, which belong to the tablet's.
final class TabletAnswers implements TabletSource {
    private static final Comparator<Sessions.Client> CLIENT_ORDER =
            Comparator.comparingLong(Sessions.Client::high).thenComparingLong(Sessions.Client::low);

    private final TabletState state;
    private final StreamExport streams;
    private final Consumer<Runnable> tabletThread;

    TabletAnswers(TabletState state, Reads reads, Consumer<Runnable> tabletThread) {
        this.state = state;
        this.streams = new StreamExport(state, reads);
        this.tabletThread = tabletThread;
    }

    /// Answers on the caller's thread, reading from the disk if need be; or, about sessions, on the tablet's.
    CompletableFuture<byte[]> answer(byte[] question) {
        if (!TabletQuestion.isOfSessions(question)) {
            return complete(question);
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        tabletThread.accept(() ->
                complete(question)
                        .whenComplete((bytes, failure) -> {
                            if (failure == null) {
                                answer.complete(bytes);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                        }));
        return answer;
    }

    private CompletableFuture<byte[]> complete(byte[] question) {
        try {
            return CompletableFuture.completedFuture(TabletQuestion.answer(this, question));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public List<OwnedTablet> tablets() {
        return state.placement().tablets().tablets();
    }

    @Override
    public byte[] have(String space, KeyRange range, byte[] token) throws IOException {
        return space.equals(ClusterMap.STREAMS) ? streams.have(token) : state.tables().have(copy(space, range).name());
    }

    @Override
    public Part export(String space, KeyRange range, byte[] token, byte[] have, int bytesMax) throws IOException {
        Part part =
                space.equals(ClusterMap.STREAMS)
                        ? streams.export(range, token, have, bytesMax)
                        : state.tables()
                                .export(
                                        Ownership.bodyOf(state.placement().tablets(), space, range).name(),
                                        range,
                                        token,
                                        have,
                                        bytesMax);
        // Asked last: what was read before it had left is whole.
        state.placement().tablets().checkRead(space, range);
        return part;
    }

    private TableBody copy(String space, KeyRange range) {
        return state.placement().tablets().tablets(space).stream()
                .filter(tablet -> tablet.range().equals(range) && tablet.state() == OwnedTablet.State.LOADING)
                .findFirst()
                .map(tablet -> new TableBody(space, tablet.body()))
                .orElseThrow(
                        () -> new Refused(ErrorCode.CLUSTER_CONFLICT, "no copy of " + range + " is being made here"));
    }

    /// The token is the last client's id.
    @Override
    public Part exportSessions(byte[] token, int bytesMax) {
        Sessions.Client last = token.length == 0 ? null : client(token);
        PartWriter part = new PartWriter(PartWriter.SESSIONS);
        List<Sessions.Client> clients = state.sessions().clients().stream().sorted(CLIENT_ORDER).toList();
        for (Sessions.Client client : clients) {
            if (last != null && CLIENT_ORDER.compare(client, last) <= 0) {
                continue;
            }
            if (part.bytes() >= bytesMax) {
                return new Part(part.content(), token(last), false);
            }
            MemoryWriter writer = part.begin(16 + Sessions.encodedBytesMax());
            writer.i64(client.high()).i64(client.low());
            state.sessions().encode(client, writer);
            part.end();
            last = client;
        }
        return new Part(part.content(), new byte[0], true);
    }

    private static byte[] token(Sessions.Client client) {
        byte[] bytes = new byte[16];
        new MemoryWriter().wrap(MemorySegment.ofArray(bytes)).i64(client.high()).i64(client.low());
        return bytes;
    }

    private static Sessions.Client client(byte[] token) {
        try {
            MemoryReader reader =
                    new MemoryReader().wrap(MemorySegment.ofArray(Arrays.copyOf(token, 16)), "token of sessions");
            return new Sessions.Client(reader.i64(), reader.i64());
        } catch (CorruptBlock e) {
            throw new IllegalStateException(e);
        }
    }
}
