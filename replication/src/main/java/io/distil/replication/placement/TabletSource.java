package io.distil.replication.placement;

import io.distil.base.api.KeyRange;

import java.io.IOException;
import java.util.List;

/// A group's replica, asked about its tablets and for copies of what they hold. Any thread.
///
/// A copy is made by difference, in *passes* over the tablet: each brings what the other group does not have yet. The first
/// begins with an empty token. When a pass brought little, the tablet is sealed; the pass after that brings the last of it.
public interface TabletSource {
    /// A piece of a copy.
    ///
    /// @param content for {@link TabletCommand.Import}; empty if there is nothing to import now
    /// @param token where the next part goes on, or the next pass begins; kept with the copy
    record Part(byte[] content, byte[] token, boolean isPassEnd) {}

    /// The group's tablets, of those spaces it was told about.
    List<OwnedTablet> tablets();

    /// What this group has of a tablet that is being copied to it, as far as the next part depends on that.
    ///
    /// @param token as the next {@link #export} will get it
    byte[] have(String space, KeyRange range, byte[] token) throws IOException;

    /// The next part of a copy.
    ///
    /// @param have what the other group answered to {@link #have}
    /// @param bytesMax what a part's content should not exceed by more than one item
    /// @throws io.distil.base.Refused `WRONG_TABLET` if the range is not this group's
    Part export(String space, KeyRange range, byte[] token, byte[] have, int bytesMax) throws IOException;

    /// The outcomes of clients' last mutations, which move along with every tablet: a client may repeat a mutation at the
    /// tablet's new group.
    Part exportSessions(byte[] token, int bytesMax);
}
