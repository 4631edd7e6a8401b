package io.distil.replication.node;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamKey;
import io.distil.replication.placement.OwnedTablet;
import io.distil.replication.placement.Ownership;
import io.distil.replication.placement.TabletSet;
import io.distil.replication.tablet.LocalStore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Which of this node's groups has what a mutation or a read is about. It only finds the way: whether the group may do it is
/// the group's to say, when it admits and when it applies.
final class Routing {
    private final Replicas replicas;

    Routing(Replicas replicas) {
        this.replicas = replicas;
    }

    /// The group that takes a mutation.
    ///
    /// @throws Refused `WRONG_TABLET` if none here does
    LocalStore of(Mutation mutation) {
        return switch (mutation) {
            case Mutation.Insert m ->
                    m.points().count() == 0
                            ? stream(m.stream())
                            : key(ClusterMap.STREAMS, StreamKey.of(m.stream(), m.points().time(0)));
            case Mutation.Delete m -> key(ClusterMap.STREAMS, StreamKey.of(m.stream(), m.range().from()));
            case Mutation.DeleteUncommitted m -> key(ClusterMap.STREAMS, StreamKey.of(m.stream(), m.range().from()));
            case Mutation.Flush m -> stream(m.stream());
            case Mutation.Create m -> stream(m.descriptor().id());
            case Mutation.Annotate m -> stream(m.stream());
            case Mutation.Obliterate m -> stream(m.stream());
            case Mutation.Atomic m when m.replacements().isEmpty() -> root();
            case Mutation.Atomic m -> {
                Mutation.Replace first = m.replacements().getFirst();
                yield key(ClusterMap.STREAMS, StreamKey.of(first.stream(), first.range().from()));
            }
            case Mutation.WriteTable m when m.writes().isEmpty() -> part(m.table());
            case Mutation.WriteTable m -> key(m.table(), m.writes().getFirst().key());
            case Mutation.CreateTable _ -> root();
            case Mutation.DropTable _ -> root();
            case Mutation.FlushTable m -> part(m.table());
            case Mutation.OfTablets _ ->
                    throw new Refused(
                            ErrorCode.WRONG_TABLET,
                            "commands about tablets go to a group by its own way, not a client's");
        };
    }

    /// The root group, which keeps the records.
    LocalStore root() {
        return replicas.get(ClusterMap.ROOT_GROUP)
                .orElseThrow(() ->
                        new Refused(
                                ErrorCode.WRONG_TABLET, "this node is not a member of the root group" + membership()));
    }

    /// The group that has the beginning of a stream.
    LocalStore stream(StreamId stream) {
        return key(ClusterMap.STREAMS, StreamKey.first(stream));
    }

    /// The group that has all points of a stream.
    LocalStore wholeStream(StreamId stream) {
        return range(ClusterMap.STREAMS, Ownership.keys(stream));
    }

    LocalStore key(String space, byte[] key) {
        return find(space, tablets -> tablets.at(space, key).filter(Routing::isReadable).isPresent());
    }

    /// The group that has all of a range.
    LocalStore range(String space, KeyRange range) {
        return find(
                space,
                tablets -> {
                    try {
                        tablets.checkRead(space, range);
                        return true;
                    } catch (Refused e) {
                        return false;
                    }
                });
    }

    private LocalStore part(String space) {
        return find(space, tablets -> tablets.tablets(space).stream().anyMatch(Routing::isReadable));
    }

    /// Groups that have a part of a space.
    List<LocalStore> parts(String space) {
        List<LocalStore> parts = new ArrayList<>();
        for (Map.Entry<Integer, LocalStore> replica : replicas.all().entrySet()) {
            if (tablets(replica).tablets(space).stream().anyMatch(Routing::isReadable)) {
                parts.add(replica.getValue());
            }
        }
        return parts;
    }

    private LocalStore find(String space, Predicate<TabletSet> has) {
        for (Map.Entry<Integer, LocalStore> replica : replicas.all().entrySet()) {
            if (has.test(tablets(replica))) {
                return replica.getValue();
            }
        }
        throw new Refused(
                ErrorCode.WRONG_TABLET, "no group of this node has what is asked for of " + name(space) + membership());
    }

    private static boolean isReadable(OwnedTablet tablet) {
        return switch (tablet.state()) {
            case SERVING, SEALED -> true;
            case LOADING, LEAVING, DEPARTED -> false;
        };
    }

    private static String name(String space) {
        return space.equals(ClusterMap.STREAMS) ? "the streams" : "table " + space;
    }

    private String membership() {
        return replicas.all().isEmpty()
                ? "; it is a member of no group yet"
                : "; it is a member of groups " + replicas.all().keySet();
    }

    private static TabletSet tablets(Map.Entry<Integer, LocalStore> replica) {
        return replica.getValue().tablets();
    }
}
