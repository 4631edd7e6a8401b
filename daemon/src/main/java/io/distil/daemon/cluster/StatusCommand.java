package io.distil.daemon.cluster;

import io.distil.base.StreamId;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Store;
import io.distil.base.api.StreamKey;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.daemon.cli.TimeText;
import io.distil.daemon.table.ByteText;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// `distil cluster status`: which nodes there are, how far each is, and what lies where.
@Command(
        name = "status",
        description = {
            "Prints the nodes, the members of each group with their roles, and the tablets.",
            "'behind' is how many log entries a member has yet to write to its disk, as far as the leader knows. With --json,"
                    + " 'kind' says what each line is about."
        })
final class StatusCommand extends ClientCommand {
    /// A position counts the commands inside of an entry in its lower bits: `docs/formats/raft.md`.
    private static final int ENTRY_SHIFT = 12;

    StatusCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run(Store store) throws IOException {
        ClusterMap map = store.clusterMap();
        try (Rows rows = rows()) {
            for (ClusterMap.Node node : map.nodes()) {
                node(rows, node);
            }
        }
        gap();
        try (Rows rows = rows()) {
            for (ClusterMap.Group group : map.groups()) {
                for (ClusterMap.Member member : group.members()) {
                    member(rows, group, member);
                }
            }
        }
        gap();
        try (Rows rows = rows()) {
            for (ClusterMap.Tablet tablet : map.tablets()) {
                tablet(rows, tablet);
            }
        }
    }

    private void gap() throws IOException {
        if (!isJson()) {
            context().out().write('\n');
        }
    }

    private void kind(Rows rows, String kind) {
        if (isJson()) {
            rows.text("kind", kind);
        }
    }

    private void node(Rows rows, ClusterMap.Node node) throws IOException {
        kind(rows, "node");
        rows.text("node", node.name())
                .text("listen", node.listen())
                .text("raft", node.raft())
                .text("http", node.http())
                .text("peer", node.peer())
                .end();
    }

    private void member(Rows rows, ClusterMap.Group group, ClusterMap.Member member) throws IOException {
        kind(rows, "member");
        rows.integer("group", group.number())
                .integer("term", group.term())
                .text("node", member.node())
                .text("role", member.role());
        position(rows, "durable", member.durableThrough());
        position(rows, "applied", member.appliedThrough());
        long leaderDurable =
                group.members().stream()
                        .filter(other -> other.node().equals(group.leader()))
                        .mapToLong(ClusterMap.Member::durableThrough)
                        .findFirst()
                        .orElse(-1);
        if (leaderDurable < 0 || member.durableThrough() < 0) {
            rows.absent("behind").end();
        } else {
            rows.integer(
                            "behind",
                            Math.max(0, (leaderDurable >>> ENTRY_SHIFT) - (member.durableThrough() >>> ENTRY_SHIFT)))
                    .end();
        }
    }

    private static void position(Rows rows, String name, long position) {
        if (position < 0) {
            rows.absent(name);
        } else {
            rows.integer(name, position);
        }
    }

    private void tablet(Rows rows, ClusterMap.Tablet tablet) throws IOException {
        boolean isOfStreams = tablet.space().equals(ClusterMap.STREAMS);
        kind(rows, "tablet");
        rows.integer("tablet", tablet.id());
        if (isJson() && isOfStreams) {
            rows.absent("table");
        } else if (isJson()) {
            rows.text("table", tablet.space());
        } else {
            rows.text("of", isOfStreams ? "streams" : "table " + tablet.space());
        }
        key(rows, "from", isOfStreams, tablet.range().from());
        key(rows, "until", isOfStreams, tablet.range().until());
        rows.integer("group", tablet.group())
                .integer("generation", tablet.generation())
                .text("state", tablet.state())
                .end();
    }

    /// Programs get the bytes in hexadecimal; people what they stand for.
    private void key(Rows rows, String name, boolean isOfStreams, byte[] key) {
        boolean isOpen = key == null || key.length == 0;
        if (isJson() && isOpen) {
            rows.absent(name);
        } else if (isJson()) {
            rows.text(name, HexFormat.of().formatHex(key));
        } else {
            rows.text(name, isOpen ? "" : isOfStreams ? streamKey(key) : ByteText.TEXT.format(key));
        }
    }

    /// `UUID`, or `UUID at TIME` inside of a stream; what is no such key, in hexadecimal.
    private static String streamKey(byte[] key) {
        if (key.length != StreamKey.BYTES && key.length != StreamId.BYTES) {
            return HexFormat.of().formatHex(key);
        }
        ByteBuffer bytes = ByteBuffer.wrap(key);
        StreamId stream = new StreamId(bytes.getLong(), bytes.getLong());
        long time = bytes.hasRemaining() ? bytes.getLong() ^ Long.MIN_VALUE : Long.MIN_VALUE;
        return time == Long.MIN_VALUE ? stream.toString() : stream + " at " + TimeText.format(time);
    }
}
