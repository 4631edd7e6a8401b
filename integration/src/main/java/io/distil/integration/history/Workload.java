package io.distil.integration.history;

import io.distil.base.api.Store;

import java.io.IOException;
import java.util.Random;

/// Something that many clients do at once while the store is treated badly, and a question about all their answers.
///
/// A step never fails because of a fault: what a client cannot know is written down as in doubt. Any contradiction is an
/// {@link AssertionError}, at once or by {@link #check}.
public interface Workload {
    String name();

    /// Makes what the clients will use, once, while all is well.
    void prepare(Store store) throws IOException;

    /// One client does one thing. Steps of different clients run at the same time.
    ///
    /// @param client from 0
    /// @return false if the store did not do it, so that the client should wait a moment
    boolean step(Store store, int client, Random random) throws InterruptedException;

    /// Looks at everything, after the clients have stopped and all faults are gone.
    ///
    /// @return a sentence on what was found
    /// @throws AssertionError if the answers contradict each other
    String check(Store store) throws IOException, InterruptedException;
}
