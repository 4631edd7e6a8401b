package io.distil.replication.placement;

import io.distil.base.api.Mutation;

import java.io.IOException;

/// A group, as whoever coordinates placement reaches it: in the same process or through its leader elsewhere. Both calls wait
/// for their result.
///
/// Both throw {@link io.distil.base.Refused} for what the group will not do, and {@link IOException} where it is in doubt
/// whether it did: then the same call is repeated later.
public interface GroupPort {
    /// Has the group apply a command, durably at a majority.
    void submit(Mutation.OfTablets command) throws IOException;

    /// Asks what the group's leader knows, everything acknowledged included.
    ///
    /// @param question in the encoding of {@link TabletQuestion}
    /// @return in that of {@link TabletAnswer}
    byte[] ask(byte[] question) throws IOException;
}
