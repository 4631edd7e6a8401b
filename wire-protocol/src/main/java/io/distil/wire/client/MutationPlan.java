package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamKey;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Which groups have a part in a mutation, and in which order the parts are done.
///
/// What is all or nothing must lie in one group, with one exception: of {@link Mutation.Atomic} with records, the replacements in
/// other groups are done first, and then the records with what lies in their group. Whoever repeats it after a failure in
/// between replaces the same ranges again; until the records are changed, nobody believes in the replacements.
final class MutationPlan {
    /// What one group does.
    record Part(int group, Mutation mutation) {}

    private MutationPlan() {}

    /// @param map null where there is but one node
    /// @throws Refused `INVALID_ARGUMENT` if the mutation must be done in one group and does not lie in one
    static List<Part> of(Mutation mutation, RoutingMap map) {
        if (map == null) {
            return List.of(new Part(ClusterMap.ROOT_GROUP, mutation));
        }
        return switch (mutation) {
            case Mutation.Insert m -> one(map, mutation, m.stream(), keys(map, m.stream(), m.points()));
            case Mutation.Delete m -> one(map, mutation, m.stream(), keys(m.stream(), m.range()));
            case Mutation.DeleteUncommitted m -> one(map, mutation, m.stream(), keys(m.stream(), m.range()));
            case Mutation.Create m -> List.of(first(map, mutation, m.descriptor().id()));
            case Mutation.Annotate m -> List.of(first(map, mutation, m.stream()));
            case Mutation.Flush m -> everyGroup(map, mutation, ClusterMap.STREAMS, keys(m.stream()));
            case Mutation.Obliterate m -> everyGroup(map, mutation, ClusterMap.STREAMS, keys(m.stream()));
            case Mutation.Atomic m -> atomic(map, m);
            case Mutation.CreateTable m -> List.of(new Part(map.group(m.table(), KeyRange.ALL.from()), mutation));
            case Mutation.DropTable m -> everyGroup(map, mutation, m.table(), KeyRange.ALL);
            case Mutation.FlushTable m -> everyGroup(map, mutation, m.table(), KeyRange.ALL);
            case Mutation.WriteTable m -> writes(map, m);
            case Mutation.OfTablets _ ->
                    throw new Refused(
                            ErrorCode.INVALID_ARGUMENT, "tablets are placed by the cluster itself, not by its clients");
        };
    }

    // Streams.

    /// All keys of a stream.
    static KeyRange keys(StreamId stream) {
        return new KeyRange(StreamKey.first(stream), StreamKey.of(stream, Long.MAX_VALUE));
    }

    private static KeyRange keys(StreamId stream, TimeRange range) {
        return new KeyRange(StreamKey.of(stream, range.from()), StreamKey.of(stream, range.until()));
    }

    /// The keys from the first point to the last; the points of a stream that is not split are not looked at.
    private static KeyRange keys(RoutingMap map, StreamId stream, PointColumns points) {
        KeyRange all = keys(stream);
        if (points.count() == 0 || map.runs(ClusterMap.STREAMS, all).size() == 1) {
            return new KeyRange(all.from(), all.from());
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (int i = 0; i < points.count(); i++) {
            first = Math.min(first, points.time(i));
            last = Math.max(last, points.time(i));
        }
        return new KeyRange(StreamKey.of(stream, first), StreamKey.of(stream, last + 1));
    }

    private static Part first(RoutingMap map, Mutation mutation, StreamId stream) {
        return new Part(map.group(ClusterMap.STREAMS, StreamKey.first(stream)), mutation);
    }

    private static List<Part> one(RoutingMap map, Mutation mutation, StreamId stream, KeyRange keys) {
        return List.of(new Part(oneGroup(map, stream, keys), mutation));
    }

    private static int oneGroup(RoutingMap map, StreamId stream, KeyRange keys) {
        List<RoutingMap.Run> runs = map.runs(ClusterMap.STREAMS, keys);
        if (runs.size() > 1) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "stream "
                            + stream
                            + " is split by time between groups "
                            + runs.getFirst().group()
                            + " and "
                            + runs.get(1).group()
                            + "; what is done at once must lie on one side");
        }
        return runs.getFirst().group();
    }

    /// What concerns all of a stream or a table goes to every group that has a part of it, the first part's last: it is the one
    /// that is asked whether there is such a stream or table.
    private static List<Part> everyGroup(RoutingMap map, Mutation mutation, String space, KeyRange keys) {
        TreeSet<Integer> groups = new TreeSet<>();
        List<RoutingMap.Run> runs = map.runs(space, keys);
        runs.forEach(run -> groups.add(run.group()));
        groups.remove(runs.getFirst().group());
        List<Part> parts = new ArrayList<>();
        groups.forEach(group -> parts.add(new Part(group, mutation)));
        parts.add(new Part(runs.getFirst().group(), mutation));
        return parts;
    }

    private static List<Part> atomic(RoutingMap map, Mutation.Atomic mutation) {
        Map<Integer, List<Mutation.Replace>> byGroup = new LinkedHashMap<>();
        for (Mutation.Replace replace : mutation.replacements()) {
            int group = oneGroup(map, replace.stream(), keys(replace.stream(), replace.range()));
            byGroup.computeIfAbsent(group, _ -> new ArrayList<>()).add(replace);
        }
        if (mutation.records().isEmpty()) {
            if (byGroup.size() > 1) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "the streams of an atomic mutation without records lie in groups "
                                + byGroup.keySet()
                                + "; wanted one group");
            }
            int group = byGroup.isEmpty() ? ClusterMap.ROOT_GROUP : byGroup.keySet().iterator().next();
            return List.of(new Part(group, mutation));
        }
        List<Mutation.Replace> withRecords = byGroup.remove(ClusterMap.ROOT_GROUP);
        List<Part> parts = new ArrayList<>();
        byGroup.forEach(
                (group, replacements) -> parts.add(new Part(group, new Mutation.Atomic(replacements, List.of()))));
        parts.add(
                new Part(
                        ClusterMap.ROOT_GROUP,
                        parts.isEmpty()
                                ? mutation
                                : new Mutation.Atomic(
                                        withRecords == null ? List.of() : withRecords, mutation.records())));
        return parts;
    }

    // Tables.

    private static List<Part> writes(RoutingMap map, Mutation.WriteTable mutation) {
        TreeSet<Integer> groups = new TreeSet<>();
        for (KeyWrite write : mutation.writes()) {
            groups.add(map.group(mutation.table(), write.key()));
        }
        if (groups.size() > 1) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "the keys of a batch for table '"
                            + mutation.table()
                            + "' lie in groups "
                            + groups
                            + "; wanted one group");
        }
        return List.of(new Part(groups.isEmpty() ? ClusterMap.ROOT_GROUP : groups.first(), mutation));
    }
}
