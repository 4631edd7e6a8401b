package io.distil.wire.client;

import io.distil.base.BrokenInvariant;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.StreamCursor;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/// Puts blocking questions to the node that can answer them, again at another one when it was the wrong node or is gone. On
/// the threads of those who ask.
final class ClusterReads {
    private final Router router;
    private final Repetition repetition;
    private final NanoClock clock;
    private final long timeoutNanos;

    ClusterReads(Router router, Repetition repetition, NanoClock clock, long timeoutNanos) {
        this.router = router;
        this.repetition = repetition;
        this.clock = clock;
        this.timeoutNanos = timeoutNanos;
    }

    Router router() {
        return router;
    }

    /// A question to one node.
    interface Question<T> {
        T ask(RemoteStore node) throws IOException;
    }

    /// One try of something that may have to be tried again.
    interface Attempt<T> {
        T make(int attempt) throws IOException;
    }

    /// Asks one of the group.
    ///
    /// @param group by the map there is then; null where there is but one node
    <T> T ask(ToIntFunction<RoutingMap> group, Consistency consistency, Question<T> question) throws IOException {
        return repeated(attempt -> {
            RoutingMap map = known();
            int number = map == null ? ClusterMap.ROOT_GROUP : group.applyAsInt(map);
            return question.ask(node(number, consistency, attempt));
        });
    }

    /// Asks the root group.
    <T> T askRoot(Consistency consistency, Question<T> question) throws IOException {
        return ask(_ -> ClusterMap.ROOT_GROUP, consistency, question);
    }

    /// Asks as many nodes as it takes to hear of every group; what two of them have is answered twice. What only the leader of a
    /// group may answer is asked linearizably: no node leads all groups of which it is a member.
    <T> List<T> askAll(Consistency consistency, Question<T> question) throws IOException {
        Consistency allowed = consistency instanceof Consistency.Leader ? Consistency.LINEARIZABLE : consistency;
        return repeated(attempt -> {
            RoutingMap map = known();
            List<Integer> groups = map == null ? List.of(ClusterMap.ROOT_GROUP) : map.groups(allowed);
            List<T> answers = new ArrayList<>();
            try {
                for (int group : groups) {
                    answers.add(question.ask(node(group, allowed, attempt)));
                }
                return answers;
            } catch (IOException | RuntimeException e) {
                answers.forEach(ClusterReads::letGo);
                throw e;
            }
        });
    }

    private static void letGo(Object answer) {
        if (answer instanceof StreamCursor cursor) {
            cursor.close();
        }
    }

    /// The map, asked for if it has to be.
    RoutingMap known() throws IOException {
        if (router.map() == null && !router.isAlone()) {
            Link.get(router.refresh());
        }
        return router.map();
    }

    /// A node that answers for a group.
    RemoteStore node(int group, Consistency consistency, int attempt) throws IOException {
        return new RemoteStore(Link.get(router.reader(group, consistency, attempt)), consistency);
    }

    /// Tries until it works, or until another try is of no use, or the time is over.
    <T> T repeated(Attempt<T> attempt) throws IOException {
        BrokenInvariant.check(!router.isOwnThread(), "a blocking question was asked on a thread of the client");
        long deadlineNanos = clock.monotonicNanos() + timeoutNanos;
        for (int count = 0; ; count++) {
            router.checkNotClosed();
            try {
                return attempt.make(count);
            } catch (IOException | Refused e) {
                long pauseNanos = count == 0 ? 0 : repetition.pauseNanos(count);
                if (!Repetition.isWorthwhile(e, false) || clock.monotonicNanos() + pauseNanos - deadlineNanos >= 0) {
                    throw e;
                }
                pause(pauseNanos);
            }
        }
    }

    private void pause(long pauseNanos) throws IOException {
        try {
            router.refresh().exceptionally(_ -> null).get();
            TimeUnit.NANOSECONDS.sleep(pauseNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a node that can answer");
        } catch (ExecutionException e) {
            throw new BrokenInvariant("a map that could not be had was to be passed over", e);
        }
    }
}
