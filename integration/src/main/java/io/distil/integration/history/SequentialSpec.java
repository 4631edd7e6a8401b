package io.distil.integration.history;

import java.util.Optional;

/// What a thing does when it is asked one question at a time.
///
/// @param <S> its state; immutable, with value equality
/// @param <A> a question together with the answer it got
public interface SequentialSpec<S, A> {
    S initial();

    /// The state after `action`, or empty if the thing, being in `state`, would have answered differently.
    Optional<S> step(S state, A action);

    /// True if the action, answered like this, never changes anything, whatever the state. (Removing what is not there does
    /// not count: elsewhere it does change something.)
    boolean isReadOnly(A action);
}
