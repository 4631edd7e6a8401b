package io.distil.replication.node;

import io.distil.base.CorruptBlock;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.StoredRecord;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A group as the root group's records know it: for nodes that are not members of it.
///
/// The record `groups/N` has a line of UTF-8 for each member, its fields with tabs between: name, peer, listen, raft, http.
///
/// @param revision of the record; 0 if it is not written yet
record GroupRecord(int number, long revision, List<ClusterMap.Node> nodes) {
    static final String PREFIX = "groups/";
    private static final int FIELD_COUNT = 5;

    String key() {
        return PREFIX + number;
    }

    ClusterMap.Group group() {
        return new ClusterMap.Group(
                number,
                "",
                0,
                nodes.stream().map(node -> new ClusterMap.Member(node.name(), "unreachable", -1, -1)).toList());
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        for (ClusterMap.Node node : nodes) {
            text.append(String.join("\t", node.name(), node.peer(), node.listen(), node.raft(), node.http()))
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static GroupRecord decode(StoredRecord record) throws CorruptBlock {
        List<ClusterMap.Node> nodes = new ArrayList<>();
        try {
            for (String line : new String(record.value(), StandardCharsets.UTF_8).lines().toList()) {
                String[] fields = line.split("\t", -1);
                if (fields.length != FIELD_COUNT) {
                    throw new CorruptBlock(
                            "record "
                                    + record.key()
                                    + ": a line has "
                                    + fields.length
                                    + " fields, wanted "
                                    + FIELD_COUNT);
                }
                nodes.add(new ClusterMap.Node(fields[0], fields[1], fields[2], fields[3], fields[4]));
            }
            int number = Integer.parseInt(record.key().substring(PREFIX.length()));
            return new GroupRecord(number, record.revision(), List.copyOf(nodes));
        } catch (NumberFormatException e) {
            throw new CorruptBlock("record " + record.key() + " names no group", e);
        }
    }
}
