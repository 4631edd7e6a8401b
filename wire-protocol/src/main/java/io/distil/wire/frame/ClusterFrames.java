package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterAdmin.Operation;
import io.distil.base.api.ClusterMap;
import io.distil.wire.frame.sbe.AskGroupDecoder;
import io.distil.wire.frame.sbe.AskGroupEncoder;
import io.distil.wire.frame.sbe.ClusterDecoder;
import io.distil.wire.frame.sbe.ClusterEncoder;
import io.distil.wire.frame.sbe.GetClusterMapDecoder;
import io.distil.wire.frame.sbe.GetClusterMapEncoder;
import io.distil.wire.frame.sbe.PlaceTabletsDecoder;
import io.distil.wire.frame.sbe.PlaceTabletsEncoder;
import io.distil.wire.frame.sbe.RunOperationDecoder;
import io.distil.wire.frame.sbe.RunOperationEncoder;

import java.util.ArrayList;
import java.util.List;

/// The frames about the cluster, both ways.
final class ClusterFrames {
    // How operations are numbered.
    private static final int JOIN = 1;
    private static final int LEAVE = 2;
    private static final int REPLACE = 3;
    private static final int TRANSFER_LEADER = 4;
    private static final int CREATE_GROUP = 5;
    private static final int SPLIT = 6;
    private static final int MERGE = 7;
    private static final int MOVE = 8;
    private static final int REBALANCE = 9;

    private static final byte[] NO_KEY = {};

    private ClusterFrames() {}

    // Questions.

    static void encode(FrameBuilder frame, Request.OfCluster request) {
        switch (request) {
            case Request.GetClusterMap _ -> {
                new GetClusterMapEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(GetClusterMapEncoder.BLOCK_LENGTH);
            }
            case Request.RunOperation r -> operation(frame, r);
            case Request.PlaceTablets r -> {
                PlaceTabletsEncoder block =
                        new PlaceTabletsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), r.tag());
                block.group(r.group());
                frame.block(PlaceTabletsEncoder.BLOCK_LENGTH).bytes(r.command());
            }
            case Request.AskGroup r -> {
                new AskGroupEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).group(r.group());
                frame.block(AskGroupEncoder.BLOCK_LENGTH).bytes(r.question());
            }
        }
    }

    private static void operation(FrameBuilder frame, Request.RunOperation request) {
        RunOperationEncoder block = new RunOperationEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
        block.credit(request.credit()).group(0).tablet(0).otherTablet(0);
        List<String> texts = List.of();
        List<Integer> groups = List.of();
        byte[] key = NO_KEY;
        switch (request.operation()) {
            case Operation.Join(ClusterMap.Node n, List<Integer> into) -> {
                block.kind((short) JOIN);
                texts = List.of(n.name(), n.peer(), n.listen(), n.raft(), n.http());
                groups = into;
            }
            case Operation.Leave(String node) -> {
                block.kind((short) LEAVE);
                texts = List.of(node);
            }
            case Operation.Replace(String node, String with) -> {
                block.kind((short) REPLACE);
                texts = List.of(node, with);
            }
            case Operation.TransferLeader(int group, String to) -> {
                block.kind((short) TRANSFER_LEADER).group(group);
                texts = List.of(to);
            }
            case Operation.CreateGroup(List<String> nodes) -> {
                block.kind((short) CREATE_GROUP);
                texts = nodes;
            }
            case Operation.Split(long tablet, byte[] at) -> {
                block.kind((short) SPLIT).tablet(tablet);
                key = at;
            }
            case Operation.Merge(long left, long right) -> block.kind((short) MERGE).tablet(left).otherTablet(right);
            case Operation.Move(long tablet, int toGroup) -> block.kind((short) MOVE).tablet(tablet).group(toGroup);
            case Operation.Rebalance _ -> block.kind((short) REBALANCE);
        }
        frame.block(RunOperationEncoder.BLOCK_LENGTH).texts(texts).number32(groups.size());
        groups.forEach(frame::number32);
        frame.bytes(key);
    }

    /// @return null if the frame is no question about the cluster
    static Request decodeRequest(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case GetClusterMapDecoder.TEMPLATE_ID -> new Request.GetClusterMap();
            case RunOperationDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, RunOperationDecoder.BLOCK_LENGTH);
                var block = new RunOperationDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.RunOperation(operation(block, reader), block.credit());
            }
            case PlaceTabletsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, PlaceTabletsDecoder.BLOCK_LENGTH);
                var block = new PlaceTabletsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.PlaceTablets(
                        Blocks.group(block.group()), reader.bytes("command"), Blocks.get(block.tag()));
            }
            case AskGroupDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, AskGroupDecoder.BLOCK_LENGTH);
                var block = new AskGroupDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.AskGroup(Blocks.group(block.group()), reader.bytes("question"));
            }
            default -> null;
        };
    }

    private static Operation operation(RunOperationDecoder block, FrameReader reader) throws MalformedFrame {
        List<String> texts = reader.texts("names", RequestDecoder.ENTRIES_MAX);
        int groupCount = reader.count("groups", Integer.BYTES, RequestDecoder.ENTRIES_MAX);
        List<Integer> groups = new ArrayList<>(groupCount);
        for (int i = 0; i < groupCount; i++) {
            groups.add(reader.number32("group"));
        }
        byte[] key = reader.bytes("key");
        return switch (block.kind()) {
            case JOIN -> {
                List<String> n = checked(texts, 5);
                yield new Operation.Join(new ClusterMap.Node(n.get(0), n.get(1), n.get(2), n.get(3), n.get(4)), groups);
            }
            case LEAVE -> new Operation.Leave(checked(texts, 1).getFirst());
            case REPLACE -> new Operation.Replace(checked(texts, 2).getFirst(), texts.getLast());
            case TRANSFER_LEADER ->
                    new Operation.TransferLeader(Blocks.group(block.group()), checked(texts, 1).getFirst());
            case CREATE_GROUP -> new Operation.CreateGroup(texts);
            case SPLIT -> new Operation.Split(block.tablet(), key);
            case MERGE -> new Operation.Merge(block.tablet(), block.otherTablet());
            case MOVE -> new Operation.Move(block.tablet(), Blocks.group(block.group()));
            case REBALANCE -> new Operation.Rebalance();
            default ->
                    throw new Refused(
                            ErrorCode.UNKNOWN_OPERATION, "cluster operation " + block.kind() + " is not one of 1..9");
        };
    }

    private static List<String> checked(List<String> texts, int countWanted) throws MalformedFrame {
        if (texts.size() != countWanted) {
            throw new MalformedFrame("a cluster operation has " + texts.size() + " names, wanted " + countWanted);
        }
        return texts;
    }

    // The answer.

    static void encode(FrameBuilder frame, ClusterMap map) {
        new ClusterEncoder()
                .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                .revision(map.revision())
                .nodeCount(map.nodes().size())
                .groupCount(map.groups().size())
                .tabletCount(map.tablets().size());
        frame.block(ClusterEncoder.BLOCK_LENGTH);
        for (ClusterMap.Node node : map.nodes()) {
            frame.text(node.name()).text(node.peer()).text(node.listen()).text(node.raft()).text(node.http());
        }
        for (ClusterMap.Group group : map.groups()) {
            frame.number32(group.number()).text(group.leader()).number64(group.term()).number32(group.members().size());
            for (ClusterMap.Member member : group.members()) {
                frame.text(member.node())
                        .text(member.role())
                        .number64(member.durableThrough())
                        .number64(member.appliedThrough());
            }
        }
        for (ClusterMap.Tablet tablet : map.tablets()) {
            frame.number64(tablet.id())
                    .text(tablet.space())
                    .keyRange(tablet.range())
                    .number32(tablet.group())
                    .number64(tablet.generation())
                    .text(tablet.state());
        }
    }

    static ClusterMap decodeMap(Frame frame, FrameReader reader) throws MalformedFrame {
        Blocks.check(frame, ClusterDecoder.BLOCK_LENGTH);
        var block = new ClusterDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
        int nodeCount = reader.checkCount("node count", block.nodeCount(), 5 * Integer.BYTES);
        int groupCount = reader.checkCount("group count", block.groupCount(), 3 * Integer.BYTES + Long.BYTES);
        int tabletCount = reader.checkCount("tablet count", block.tabletCount(), 6 * Integer.BYTES + 2 * Long.BYTES);
        List<ClusterMap.Node> nodes = new ArrayList<>(nodeCount);
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(
                    new ClusterMap.Node(
                            reader.text("name"),
                            reader.text("peer"),
                            reader.text("listen"),
                            reader.text("raft"),
                            reader.text("http")));
        }
        List<ClusterMap.Group> groups = new ArrayList<>(groupCount);
        for (int i = 0; i < groupCount; i++) {
            groups.add(group(reader));
        }
        List<ClusterMap.Tablet> tablets = new ArrayList<>(tabletCount);
        for (int i = 0; i < tabletCount; i++) {
            tablets.add(
                    new ClusterMap.Tablet(
                            reader.number64("tablet"),
                            reader.text("space"),
                            reader.keyRange(),
                            reader.number32("group"),
                            reader.number64("generation"),
                            reader.text("state")));
        }
        return new ClusterMap(block.revision(), nodes, groups, tablets);
    }

    private static ClusterMap.Group group(FrameReader reader) throws MalformedFrame {
        int number = reader.number32("group");
        String leader = reader.text("leader");
        long term = reader.number64("term");
        int memberCount = reader.count("members", 2 * Integer.BYTES + 2 * Long.BYTES);
        List<ClusterMap.Member> members = new ArrayList<>(memberCount);
        for (int i = 0; i < memberCount; i++) {
            members.add(
                    new ClusterMap.Member(
                            reader.text("node"),
                            reader.text("role"),
                            reader.number64("durable through"),
                            reader.number64("applied through")));
        }
        return new ClusterMap.Group(number, leader, term, members);
    }
}
