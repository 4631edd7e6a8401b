package io.distil.wire.server;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Outcome;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamSnapshot;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.MalformedFrame;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Does what the requests of one connection ask, and knows what of it is under way.
///
/// Mutations are handed to the store, which answers by a future; their points stay in the frame until then. Questions go to
/// the reader threads. All fields belong to the connection's event loop, which never waits.
final class Dispatcher {
    private final ServerContext server;
    private final WireServerOptions options;
    private final Session session;
    private final HeldSnapshots snapshots;
    private final Map<Long, ReadTask> reads = new HashMap<>();
    private int singleReadsInFlight;
    private int mutationsInFlight;
    private long mutationBytesInFlight;

    Dispatcher(ServerContext server, Session session) {
        this.server = server;
        this.options = server.options();
        this.session = session;
        this.snapshots = new HeldSnapshots(options.limits().snapshotsHeldMax(), server.counters());
    }

    /// Whether no more is taken until some mutations are done.
    boolean isFull() {
        return mutationsInFlight >= options.limits().mutationsInFlightMax()
                || mutationBytesInFlight >= options.limits().mutationBytesInFlightMax();
    }

    boolean hasMutationsInFlight() {
        return mutationsInFlight > 0;
    }

    // Mutations.

    /// Hands a mutation to the store, and gives the frame back when the store has answered.
    void mutate(long requestId, Request.Mutate request, Frame frame) {
        long bytes = frame.capacityBytes();
        mutationsInFlight++;
        mutationBytesInFlight += bytes;
        server.counters().mutationsInFlight.increment();
        CompletableFuture<Outcome> future;
        try {
            future = server.store().submit(request.mutation(), request.tag());
        } catch (Throwable e) {
            future = CompletableFuture.failedFuture(e);
        }
        future.whenComplete((outcome, thrown) -> {
            session.release(frame);
            Answer answer = thrown == null ? new Answer.Done(outcome) : Failures.of(thrown);
            session.onLoop(() -> mutated(requestId, answer, bytes));
        });
    }

    private void mutated(long requestId, Answer answer, long bytes) {
        mutationsInFlight--;
        mutationBytesInFlight -= bytes;
        server.counters().mutationsInFlight.decrement();
        session.send(requestId, answer);
        session.mutationEnded();
    }

    // Questions.

    void dispatch(long requestId, Request request) throws MalformedFrame {
        switch (request) {
            case Request.Ping r -> session.send(requestId, new Answer.Pong(r.echo()));
            case Request.Credit r -> {
                ReadTask read = reads.get(requestId);
                if (read != null) {
                    read.grant(r.chunks());
                }
            }
            case Request.Cancel _ -> {
                ReadTask read = reads.get(requestId);
                if (read != null) {
                    read.cancel();
                }
            }
            case Request.Streamed r -> stream(requestId, r);
            case Request.Info r -> ask(requestId, () -> new Answer.Streams(List.of(server.store().info(r.stream()))));
            case Request.GetRecord r ->
                    ask(
                            requestId,
                            () ->
                                    new Answer.Records(
                                            server.store()
                                                    .record(r.key())
                                                    .map(List::<StoredRecord>of)
                                                    .orElse(List.of())));
            case Request.GetStatus _ -> ask(requestId, () -> new Answer.Status(server.store().status()));
            case Request.OpenSnapshot r ->
                    ask(
                            requestId,
                            () -> {
                                snapshots.checkRoom();
                                StreamSnapshot snapshot = server.store().snapshot(r.stream(), r.at());
                                Version shown = snapshot.version();
                                return new Answer.SnapshotOpened(snapshots.add(snapshot), shown);
                            });
            case Request.CloseSnapshot r -> {
                SnapshotUse held = snapshots.remove(r.snapshot());
                server.readers().any().execute(held::close);
                session.send(requestId, new Answer.Done(new Outcome(Version.ZERO, 0)));
            }
            case Request.FindNearest r ->
                    ask(
                            requestId,
                            () ->
                                    ChunkSource.using(
                                            r.source(),
                                            server.store(),
                                            snapshots,
                                            use -> {
                                                var nearest = use.snapshot().nearest(r.time(), r.direction());
                                                use.close();
                                                return new Answer.Nearest(nearest);
                                            }));
            case Request.Hello _ -> throw new BrokenInvariant("the hello belongs to the session");
            case Request.Mutate _ -> throw new BrokenInvariant("mutations are handed over with their frame");
        }
    }

    /// A question to the store with one answer.
    private interface Question {
        Answer ask() throws IOException;
    }

    private void ask(long requestId, Question question) {
        checkReadsInFlight();
        singleReadsInFlight++;
        server.counters().readsInFlight.increment();
        server.readers()
                .any()
                .execute(() -> {
                    Answer answer;
                    try {
                        answer = question.ask();
                    } catch (Throwable e) {
                        answer = Failures.of(e);
                    }
                    Answer answered = answer;
                    session.onLoop(() -> {
                        singleReadsInFlight--;
                        server.counters().readsInFlight.decrement();
                        session.send(requestId, answered);
                    });
                });
    }

    private void stream(long requestId, Request.Streamed request) throws MalformedFrame {
        checkReadsInFlight();
        ReadTask task =
                new ReadTask(session, this, requestId, request, server.readers().any(), options.chunks().creditMax());
        if (reads.putIfAbsent(requestId, task) != null) {
            throw new MalformedFrame("request id " + requestId + " is in use");
        }
        server.counters().readsInFlight.increment();
        task.grant(request.credit());
    }

    private void checkReadsInFlight() {
        int count = reads.size() + singleReadsInFlight;
        if (count >= options.limits().readsInFlightMax()) {
            throw new Refused(
                    ErrorCode.OVERLOADED,
                    count + " reads of this connection are under way; wait for some to end before asking more");
        }
    }

    // For the reader threads.

    ChunkSource open(Request.Streamed request, ReaderPool.Reader reader) throws IOException {
        return ChunkSource.open(request, server.store(), snapshots, reader);
    }

    void endRead(long requestId, Answer last) {
        session.onLoop(() -> {
            reads.remove(requestId);
            server.counters().readsInFlight.decrement();
            session.send(requestId, last);
        });
    }

    // For the session.

    /// Says that there is room in the socket again.
    void roomAgain() {
        reads.values().forEach(ReadTask::signal);
    }

    /// Ends the reads and lets the snapshots go; what the store works on is given back as it is done. Repeatable.
    void stop() {
        reads.values().forEach(ReadTask::cancel);
        server.readers().any().execute(snapshots::closeAll);
    }
}
