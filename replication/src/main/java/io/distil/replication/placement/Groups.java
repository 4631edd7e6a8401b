package io.distil.replication.placement;

import java.io.IOException;
import java.util.List;

/// The groups of a cluster, by number.
public final class Groups {
    /// Finds the way to a group.
    @FunctionalInterface
    public interface Ports {
        /// @throws io.distil.base.Refused `CLUSTER_CONFLICT` if there is no such group
        GroupPort group(int number);
    }

    private final Ports ports;

    public Groups(Ports ports) {
        this.ports = ports;
    }

    GroupPort group(int number) {
        return ports.group(number);
    }

    /// All tablets the group knows of itself; one that was never told anything names none.
    TabletSet tablets(int group) throws IOException {
        return TabletSet.of(group, new TabletQuestion.Asker(group(group)).tablets());
    }

    /// A group's tablets of a space.
    List<OwnedTablet> tablets(int group, String space) throws IOException {
        return tablets(group).tablets(space);
    }
}
