package io.distil.integration.nemesis;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.Store;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.integration.nemesis.TestCluster.Node;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Looks whether every replica says the same of everything: versions, rows with the versions that wrote them, points.
final class Replicas {
    /// What is asked of a replica itself, however long ago it heard from a leader.
    private static final Consistency ANY = new Consistency.BoundedStale(60_000);

    private Replicas() {}

    /// Nobody may be writing. Flushes may still come: a replica that is not there yet is asked again.
    ///
    /// @return a sentence
    /// @throws AssertionError naming what differs, and where
    static String compare(TestCluster cluster) throws InterruptedException {
        return TestCluster.await("the replicas to be equal", () -> compareOnce(cluster));
    }

    private static String compareOnce(TestCluster cluster) throws IOException {
        SortedMap<String, String> first = null;
        Node firstNode = null;
        List<Node> nodes = cluster.running();
        for (Node node : nodes) {
            SortedMap<String, String> contents;
            try (Store store = cluster.connectTo(node)) {
                contents = contents(store.at(ANY));
            }
            if (first == null) {
                first = contents;
                firstNode = node;
            } else if (!contents.equals(first)) {
                throw new IOException(difference(firstNode, first, node, contents));
            }
        }
        return "replicas: %d tables and streams are equal on %d nodes, with their versions"
                .formatted(first == null ? 0 : first.size(), nodes.size());
    }

    private static String difference(
            Node oneNode, SortedMap<String, String> one, Node otherNode, SortedMap<String, String> other) {
        SortedMap<String, String> all = new TreeMap<>(one);
        all.putAll(other);
        for (String name : all.keySet()) {
            String here = one.getOrDefault(name, "nothing");
            String there = other.getOrDefault(name, "nothing");
            if (!here.equals(there)) {
                return "%s is %s on %s and %s on %s".formatted(name, here, oneNode.name(), there, otherNode.name());
            }
        }
        return "nothing";
    }

    /// By name, a text that is equal where all is.
    private static SortedMap<String, String> contents(Store store) throws IOException {
        SortedMap<String, String> contents = new TreeMap<>();
        for (TableInfo table : store.tables("")) {
            contents.put("table " + table.name(), rows(store, table.name()));
        }
        try (StreamCursor streams = store.find(StreamFilter.ALL)) {
            for (List<StreamInfo> page = streams.next(100); !page.isEmpty(); page = streams.next(100)) {
                for (StreamInfo stream : page) {
                    StreamDescriptor descriptor = stream.descriptor();
                    String name = "stream " + descriptor.collection() + descriptor.tags();
                    contents.put(name, points(store, descriptor.id()));
                }
            }
        }
        return contents;
    }

    private static String rows(Store store, String table) throws IOException {
        int count = 0;
        int hash = 1;
        try (TableSnapshot snapshot = store.tableSnapshot(table, VersionSelector.LATEST);
                TableCursor<TableRow> cursor = snapshot.scan(KeyRange.ALL, false)) {
            for (List<TableRow> page = cursor.next(1000); !page.isEmpty(); page = cursor.next(1000)) {
                for (TableRow row : page) {
                    hash = 31 * hash + Arrays.hashCode(row.key());
                    hash = 31 * hash + Arrays.hashCode(row.value());
                    hash = 31 * hash + row.version().hashCode();
                    count++;
                }
            }
            return "at %s with %d rows, hash %08x".formatted(snapshot.version(), count, hash);
        }
    }

    private static String points(Store store, StreamId stream) throws IOException {
        int count = 0;
        int hash = 1;
        try (StreamSnapshot snapshot = store.snapshot(stream, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(8192)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    hash = 31 * hash + Long.hashCode(batch.time(i));
                    hash = 31 * hash + Double.hashCode(batch.value(i));
                }
                count += batch.count();
            }
            return "at %s with %d points, hash %08x".formatted(snapshot.version(), count, hash);
        }
    }
}
