package io.distil.base.api;

import java.util.function.Consumer;

/// Tells of mutations that were acknowledged at {@link Durability#LEADER} and may be lost.
public interface Reverts {
    /// A node without replicas loses nothing that it acknowledged.
    Reverts NONE = _ -> () -> {};

    /// A node has cut its log: it no longer has what stood in it from a position on.
    ///
    /// This is a reason to ask, not yet the truth: another node that still has the entries may become leader and commit
    /// them. {@link Writes#await} knows.
    ///
    /// @param fromPosition the first position that is gone, in the log of its group
    /// @param termMax entries of later terms are not meant
    record Revert(int group, long fromPosition, long termMax) {
        /// Whether what was acknowledged at `position` may be lost.
        public boolean concerns(LogPosition position) {
            return position.group() == group && position.position() >= fromPosition && position.term() <= termMax;
        }
    }

    /// Calls `listener`, on any thread and without waiting for it, whenever a log is cut, until the subscription is closed.
    Subscription subscribe(Consumer<Revert> listener);

    /// Closing ends the calls.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
