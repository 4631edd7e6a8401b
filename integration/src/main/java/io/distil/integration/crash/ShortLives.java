package io.distil.integration.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Streams that are created, written and obliterated while somebody kills the daemon. What was acknowledged is so after each
/// start; what was asked for and not answered may be so or not, but from then on it stays as it was found.
final class ShortLives implements AutoCloseable {
    /// How far a stream is known to have come, in this order; `ASKED` ones are in doubt.
    private enum State {
        CREATION_ASKED,
        THERE,
        OBLITERATION_ASKED,
        GONE
    }

    private final List<State> states = new ArrayList<>();
    private final PointBatch points = new PointBatch(1);
    private final Random random;

    ShortLives(Random random) {
        this.random = random;
        points.append(1, 1);
    }

    private static StreamId id(int number) {
        return new StreamId(0xEFFACE, number);
    }

    /// Streams that were obliterated for certain.
    synchronized long goneCount() {
        return states.stream().filter(State.GONE::equals).count();
    }

    /// Begins a life, or ends one.
    void next(StreamStore store) {
        int number = random.nextInt(states.size() + 1);
        if (number == states.size()) {
            begin(store, number);
        } else if (state(number) == State.THERE) {
            set(number, State.OBLITERATION_ASKED);
            onceDone(store.submit(new Mutation.Obliterate(id(number))), number, State.GONE);
        }
    }

    private void begin(StreamStore store, int number) {
        synchronized (this) {
            states.add(State.CREATION_ASKED);
        }
        // Each name is used by two streams in turn: the second one's creation is refused while the first one is there.
        Map<String, String> tags = Map.of("name", "short-" + number / 2);
        StreamDescriptor descriptor = new StreamDescriptor(id(number), "crash/short", tags, Map.of(), 1);
        onceDone(store.submit(new Mutation.Create(descriptor)), number, State.THERE);
        store.submit(new Mutation.Insert(id(number), points.columns(), MergePolicy.NEVER));
        store.submit(new Mutation.Flush(id(number)));
    }

    private void onceDone(CompletableFuture<?> future, int number, State then) {
        future.thenRun(() -> set(number, then));
    }

    private synchronized State state(int number) {
        return states.get(number);
    }

    private synchronized void set(int number, State state) {
        states.set(number, state);
    }

    /// Compares what is known with what is there.
    void check(StreamStore store) throws IOException {
        for (int number = 0; number < states.size(); number++) {
            boolean there = isThere(store, number);
            switch (state(number)) {
                case THERE -> assertThat(there).as("stream %s, which was created", id(number)).isTrue();
                case GONE -> assertThat(there).as("stream %s, which was obliterated", id(number)).isFalse();
                case OBLITERATION_ASKED -> set(number, there ? State.THERE : State.GONE);
                case CREATION_ASKED -> {
                    if (there) {
                        set(number, State.THERE);
                    }
                }
            }
        }
    }

    private static boolean isThere(StreamStore store, int number) throws IOException {
        try {
            return store.info(id(number)) != null;
        } catch (Refused e) {
            assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_STREAM);
            return false;
        }
    }

    @Override
    public void close() {
        points.close();
    }
}
