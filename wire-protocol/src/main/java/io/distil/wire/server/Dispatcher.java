package io.distil.wire.server;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Reverts;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Frame;
import io.distil.wire.frame.MalformedFrame;
import io.distil.wire.frame.Request;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Does what the requests of one connection ask, and knows what of it is under way.
///
/// Mutations are handed to the store, which answers by a future; their points stay in the frame until then. Questions pass
/// the gate of their consistency, which holds no thread, and go to the reader threads. Operations on the cluster have a
/// thread of their own. All fields belong to the connection's event loop, which never waits.
final class Dispatcher {
    private final ServerContext server;
    private final WireServerOptions options;
    private final Session session;
    private final HeldSnapshots snapshots;
    private final Questions questions;
    private final Map<Long, StreamedAnswer> streams = new HashMap<>();
    private int singleReadsInFlight;
    private int mutationsInFlight;
    private long mutationBytesInFlight;

    Dispatcher(ServerContext server, Session session) {
        this.server = server;
        this.options = server.options();
        this.session = session;
        this.snapshots = new HeldSnapshots(options.limits().snapshotsHeldMax(), server.counters());
        this.questions = new Questions(server.served().store(), snapshots);
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
            future = server.served().store().submit(request.mutation(), request.tag(), request.durability());
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

    // Everything else.

    void dispatch(long requestId, Request request) throws MalformedFrame {
        switch (request) {
            case Request.Ping r -> session.send(requestId, new Answer.Pong(r.echo()));
            case Request.Credit r -> ifUnderWay(requestId, answer -> answer.grant(r.chunks()));
            case Request.Cancel _ -> ifUnderWay(requestId, StreamedAnswer::cancel);
            case Request.CloseSnapshot r -> {
                SnapshotUse<?> held = snapshots.remove(r.snapshot());
                server.readers().any().execute(held::close);
                session.send(requestId, new Answer.Done(new Outcome(Version.ZERO, 0)));
            }
            case Request.Await r -> await(requestId, r);
            case Request.PlaceTablets r -> place(requestId, r);
            case Request.AskGroup r ->
                    askLater(
                            requestId,
                            () -> server.served().groups().ask(r.group(), r.question()),
                            Answer.OfGroup::new);
            case Request.SubscribeReverts r -> subscribe(requestId, r);
            case Request.RunOperation r -> operate(requestId, r);
            case Request.Streamed r -> stream(requestId, r);
            case Request.Info _,
                    Request.GetRecord _,
                    Request.GetStatus _,
                    Request.GetClusterMap _,
                    Request.OpenSnapshot _,
                    Request.OpenTableSnapshot _,
                    Request.FindNearest _,
                    Request.GetRow _,
                    Request.CountRows _ ->
                    ask(requestId, request);
            case Request.Hello _ -> throw new BrokenInvariant("the hello belongs to the session");
            case Request.Mutate _ -> throw new BrokenInvariant("mutations are handed over with their frame");
        }
    }

    private void ifUnderWay(long requestId, Consumer<StreamedAnswer> action) {
        StreamedAnswer answer = streams.get(requestId);
        if (answer != null) {
            action.accept(answer);
        }
    }

    // Questions.

    private void ask(long requestId, Request request) {
        begin();
        ReaderPool.Reader reader = server.readers().any();
        pass(
                Questions.pass(request),
                refusal -> {
                    if (refusal == null) {
                        reader.execute(() -> answer(requestId, request));
                    } else {
                        end(requestId, Failures.of(refusal));
                    }
                });
    }

    /// On a reader thread.
    private void answer(long requestId, Request request) {
        Answer answer;
        try {
            answer = questions.ask(request);
        } catch (Throwable e) {
            answer = Failures.of(e);
        }
        end(requestId, answer);
    }

    private void await(long requestId, Request.Await request) {
        askLater(
                requestId,
                () -> server.served().store().await(request.position(), request.durability()),
                _ -> new Answer.Done(new Outcome(Version.ZERO, 0)));
    }

    private void place(long requestId, Request.PlaceTablets request) {
        Mutation.OfTablets command = new Mutation.OfTablets(MemorySegment.ofArray(request.command()));
        askLater(
                requestId,
                () -> server.served().groups().submitTo(request.group(), command, request.tag()),
                Answer.Done::new);
    }

    /// Asks something that is answered by a future and holds no thread until then.
    private <T> void askLater(long requestId, Supplier<CompletableFuture<T>> question, Function<T, Answer> toAnswer) {
        begin();
        CompletableFuture<T> future;
        try {
            future = question.get();
        } catch (Throwable e) {
            future = CompletableFuture.failedFuture(e);
        }
        future.whenComplete(
                (value, thrown) -> end(requestId, thrown == null ? toAnswer.apply(value) : Failures.of(thrown)));
    }

    private void begin() {
        checkReadsInFlight();
        singleReadsInFlight++;
        server.counters().readsInFlight.increment();
    }

    /// Any thread.
    private void end(long requestId, Answer answer) {
        session.onLoop(() -> {
            singleReadsInFlight--;
            server.counters().readsInFlight.decrement();
            session.send(requestId, answer);
        });
    }

    /// Calls `then` when the gate has been passed, at once if it is open; with the reason if it stays shut.
    private void pass(Questions.Pass pass, Consumer<Throwable> then) {
        if (pass.scope() == null) {
            then.accept(null);
            return;
        }
        CompletableFuture<Void> future;
        try {
            future = server.served().gate().pass(pass.consistency(), pass.scope());
        } catch (Throwable e) {
            future = CompletableFuture.failedFuture(e);
        }
        future.whenComplete((_, thrown) -> then.accept(thrown));
    }

    private void stream(long requestId, Request.Streamed request) throws MalformedFrame {
        ReadTask task =
                new ReadTask(
                        session,
                        this,
                        questions,
                        requestId,
                        request,
                        server.readers().any(),
                        options.chunks().creditMax());
        begin(requestId, task);
        task.grant(request.credit());
        pass(Questions.pass(request), task::pass);
    }

    private void subscribe(long requestId, Request.SubscribeReverts request) throws MalformedFrame {
        PushTask task = new PushTask(session, this, requestId, options.chunks().creditMax());
        begin(requestId, task);
        Reverts.Subscription subscription =
                server.served().reverts().subscribe(revert -> task.offer(new Answer.Reverted(List.of(revert))));
        task.atEnd(subscription::close);
        task.grant(request.credit());
        // Says that from now on everything is told.
        task.offer(new Answer.Reverted(List.of()));
    }

    private void operate(long requestId, Request.RunOperation request) throws MalformedFrame {
        PushTask task = new PushTask(session, this, requestId, options.chunks().creditMax());
        begin(requestId, task);
        task.grant(request.credit());
        try {
            server.operations()
                    .execute(() -> {
                        task.offer(new Answer.Texts(List.of()));
                        try {
                            server.served()
                                    .store()
                                    .run(request.operation(), text -> task.offer(new Answer.Texts(List.of(text))));
                            task.end(new Answer.End());
                        } catch (Throwable e) {
                            task.end(Failures.of(e));
                        }
                    });
        } catch (RejectedExecutionException e) {
            task.end(new Answer.Failure(ErrorCode.CLUSTER_CONFLICT, false, "this node is at another operation"));
        }
    }

    private void begin(long requestId, StreamedAnswer answer) throws MalformedFrame {
        checkReadsInFlight();
        if (streams.putIfAbsent(requestId, answer) != null) {
            throw new MalformedFrame("request id " + requestId + " is in use");
        }
        server.counters().readsInFlight.increment();
    }

    /// Sends the last answer of a stream. Any thread.
    void endRead(long requestId, Answer last) {
        session.onLoop(() -> {
            streams.remove(requestId);
            server.counters().readsInFlight.decrement();
            session.send(requestId, last);
        });
    }

    private void checkReadsInFlight() {
        int count = streams.size() + singleReadsInFlight;
        if (count >= options.limits().readsInFlightMax()) {
            throw new Refused(
                    ErrorCode.OVERLOADED,
                    count + " reads of this connection are under way; wait for some to end before asking more");
        }
    }

    // For the session.

    /// Says that there is room in the socket again.
    void roomAgain() {
        List.copyOf(streams.values()).forEach(StreamedAnswer::signal);
    }

    /// Ends the streams and lets the snapshots go; what the store works on is given back as it is done. Repeatable.
    void stop() {
        List.copyOf(streams.values()).forEach(StreamedAnswer::cancel);
        server.readers().any().execute(snapshots::closeAll);
    }
}
