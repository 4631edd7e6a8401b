package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Store;
import io.distil.base.api.StreamKey;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/// A store for commands: streams and tables of another, and a cluster that is always the same, where each operation says what
/// it was asked for.
final class TestStore extends ForwardingStore implements Store {
    private final TableStore tables;

    TestStore(StreamStore store) {
        super(store);
        this.tables = store instanceof TableStore both ? both : null;
    }

    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    private TableStore tables() {
        if (tables == null) {
            throw new Refused(ErrorCode.UNKNOWN_OPERATION, "this store has no tables");
        }
        return tables;
    }

    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        return tables().tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return tables().tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return tables().watch(table, range, since);
    }

    @Override
    public ClusterMap clusterMap() {
        byte[] half = StreamKey.of(new StreamId(0x8000_0000_0000_4000L, 0x8000_0000_0000_0000L), 0);
        byte[] g = "g".getBytes(StandardCharsets.UTF_8);
        return new ClusterMap(
                7,
                List.of(node("n1", 7700), node("n2", 7710), node("n3", 7720)),
                List.of(
                        new ClusterMap.Group(
                                1,
                                "n2",
                                4,
                                List.of(
                                        new ClusterMap.Member("n1", "follower", 90L << 12, 80L << 12 | 3),
                                        new ClusterMap.Member("n2", "leader", 93L << 12 | 7, 93L << 12 | 7),
                                        new ClusterMap.Member("n3", "unreachable", -1, -1))),
                        new ClusterMap.Group(2, "", 9, List.of(new ClusterMap.Member("n1", "candidate", 5, 5)))),
                List.of(
                        new ClusterMap.Tablet(1, ClusterMap.STREAMS, new KeyRange(new byte[0], half), 1, 2, "serving"),
                        new ClusterMap.Tablet(1000, ClusterMap.STREAMS, new KeyRange(half, null), 2, 1, "serving"),
                        new ClusterMap.Tablet(1001, "plants", new KeyRange(new byte[0], g), 1, 3, "moving to 2"),
                        new ClusterMap.Tablet(1002, "plants", new KeyRange(g, null), 2, 1, "serving")));
    }

    private static ClusterMap.Node node(String name, int port) {
        return new ClusterMap.Node(name, name + "-00c0ffee", address(port), address(port + 2), address(port + 1));
    }

    private static String address(int port) {
        return "127.0.0.1:" + port;
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) {
        if (operation instanceof Operation.Leave(String node) && clusterMap().node(node).isEmpty()) {
            throw new Refused(ErrorCode.NO_SUCH_NODE, "the cluster has no node " + node);
        }
        progress.accept(
                operation instanceof Operation.Split(long tablet, byte[] key)
                        ? "Split of " + tablet + " at " + HexFormat.of().formatHex(key)
                        : operation.toString());
    }
}
