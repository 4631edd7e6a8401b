package io.distil.daemon.cluster;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.ClusterAdmin.Operation;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Store;
import io.distil.base.api.StreamKey;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.table.ByteText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.List;

/// `distil cluster join|leave|replace|transfer-leader|create-group|split|merge|move|rebalance`. Each does one operation to its
/// end, saying on standard error how far it is; repeating one that was interrupted completes it.
final class OperationCommands {
    private OperationCommands() {}

    private abstract static class OperationCommand extends ClientCommand {
        OperationCommand(CommandContext context) {
            super(context);
        }

        /// @param done what was done, as a sentence without its full stop
        protected final void run(Store store, Operation operation, String done) throws IOException {
            store.run(operation, this::remark);
            answer(done, rows -> rows.text("done", done));
        }
    }

    @Command(
            name = "join",
            description = {
                "Makes a node a member: of further groups, or, with --peer and its addresses, for the first time.",
                "A node that is started with --join does the latter by itself."
            })
    static final class Join extends OperationCommand {
        @Parameters(index = "0", paramLabel = "NODE", description = "Its name.")
        private String node;

        @Option(
                names = "--groups",
                split = ",",
                paramLabel = "N",
                order = 1,
                description = "The groups it becomes a member of; else all.")
        private List<Integer> groups = List.of();

        @Option(
                names = "--peer",
                paramLabel = "PEER",
                order = 2,
                description =
                        "Of a node that is not known yet: its name with the identity of its directory, as it says itself.")
        private String peer;

        @Option(names = "--raft", paramLabel = "HOST:PORT", order = 3, description = "Where other nodes reach it.")
        private String raft;

        @Option(names = "--listen", paramLabel = "HOST:PORT", order = 4, description = "Where clients reach it.")
        private String listen;

        @Option(names = "--http", paramLabel = "HOST:PORT", order = 5, description = "Its metrics and health.")
        private String http = "";

        Join(CommandContext context) {
            super(context);
        }

        @Override
        protected void checkUsage() {
            if ((peer == null) != (raft == null) || (peer == null) != (listen == null)) {
                throw wrongUsage("--peer, --raft and --listen go together");
            }
        }

        @Override
        protected void run(Store store) throws IOException {
            ClusterMap.Node joining =
                    peer == null
                            ? store.clusterMap().node(node).orElseThrow(() -> noSuchNode(node))
                            : new ClusterMap.Node(node, peer, listen, raft, http);
            run(
                    store,
                    new Operation.Join(joining, groups),
                    node + " is a member of " + (groups.isEmpty() ? "all groups" : "groups " + groups));
        }
    }

    private static Refused noSuchNode(String node) {
        return new Refused(
                ErrorCode.NO_SUCH_NODE,
                "the cluster has no node " + node + "; one that is new says its --peer, --raft and --listen");
    }

    @Command(name = "leave", description = "Takes a node out of all groups; its process can then be stopped for good.")
    static final class Leave extends OperationCommand {
        @Parameters(index = "0", paramLabel = "NODE", description = "Its name.")
        private String node;

        Leave(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.Leave(node), node + " has left");
        }
    }

    @Command(name = "replace", description = "Puts one node into the place of another in all its groups.")
    static final class Replace extends OperationCommand {
        @Parameters(index = "0", paramLabel = "NODE", description = "The one that goes; it may be dead.")
        private String node;

        @Option(names = "--with", required = true, paramLabel = "NODE", order = 1, description = "The one that comes.")
        private String with;

        Replace(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.Replace(node, with), with + " is in the place of " + node);
        }
    }

    @Command(name = "transfer-leader", description = "Makes another member the leader of a group.")
    static final class TransferLeader extends OperationCommand {
        @Parameters(index = "0", paramLabel = "GROUP", description = "The group's number.")
        private int group;

        @Parameters(index = "1", paramLabel = "NODE", description = "Its next leader.")
        private String node;

        TransferLeader(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.TransferLeader(group, node), node + " leads group " + group);
        }
    }

    @Command(name = "create-group", description = "Makes a new group of some nodes; tablets can be moved to it.")
    static final class CreateGroup extends OperationCommand {
        @Parameters(index = "0..*", arity = "1..*", paramLabel = "NODE", description = "Its members.")
        private List<String> nodes;

        CreateGroup(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.CreateGroup(nodes), "there is a new group of " + String.join(", ", nodes));
        }
    }

    @Command(name = "split", description = "Makes two tablets of one; nothing is copied.")
    static final class Split extends OperationCommand {
        @Parameters(index = "0", paramLabel = "TABLET", description = "The tablet's number.")
        private long tablet;

        @Option(
                names = "--key",
                paramLabel = "KEY",
                order = 1,
                description = "Of a table: the first key of the right part.")
        private String key;

        @Option(
                names = "--as",
                paramLabel = "FORM",
                order = 2,
                description = "How the key is typed: text (default), escaped, hex or base64.")
        private ByteText form = ByteText.TEXT;

        @Option(
                names = "--stream",
                paramLabel = "UUID",
                order = 3,
                description = "Of streams: the first one of the right part.")
        private String stream;

        @Option(
                names = "--time",
                paramLabel = "TIME",
                order = 4,
                description = "Its first time in the right part; else all of it.")
        private String time;

        private byte[] at;

        Split(CommandContext context) {
            super(context);
        }

        @Override
        protected void checkUsage() {
            if ((key == null) == (stream == null)) {
                throw wrongUsage("Either --key or --stream says where");
            }
            if (time != null && stream == null) {
                throw wrongUsage("--time goes with --stream");
            }
            at = key != null ? parsed("option '--key'", () -> form.parse(key)) : streamKey();
        }

        private byte[] streamKey() {
            StreamId id =
                    parsed(
                            "option '--stream'",
                            () -> {
                                try {
                                    return StreamId.parse(stream);
                                } catch (Refused e) {
                                    throw new IllegalArgumentException(e.getMessage(), e);
                                }
                            });
            return time == null ? StreamKey.first(id) : StreamKey.of(id, time("option '--time'", time));
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.Split(tablet, at), "tablet " + tablet + " is split");
        }
    }

    @Command(name = "merge", description = "Makes one tablet of two neighbours of one group; nothing is copied.")
    static final class Merge extends OperationCommand {
        @Parameters(index = "0", paramLabel = "LEFT", description = "The tablet with the lower keys; its number stays.")
        private long left;

        @Parameters(index = "1", paramLabel = "RIGHT", description = "The one that ends.")
        private long right;

        Merge(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.Merge(left, right), "tablet " + right + " is part of tablet " + left);
        }
    }

    @Command(name = "move", description = "Copies a tablet to another group and hands it over; reads and writes go on.")
    static final class Move extends OperationCommand {
        @Parameters(index = "0", paramLabel = "TABLET", description = "The tablet's number.")
        private long tablet;

        @Parameters(index = "1", paramLabel = "GROUP", description = "Where it goes.")
        private int group;

        Move(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.Move(tablet, group), "tablet " + tablet + " is in group " + group);
        }
    }

    @Command(name = "rebalance", description = "Spreads leaders and tablets evenly.")
    static final class Rebalance extends OperationCommand {
        Rebalance(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            run(store, new Operation.Rebalance(), "the cluster is balanced");
        }
    }
}
