package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.util.Properties;
import java.util.UUID;

/// Who this node is: its name, and an *incarnation* drawn when its Raft directory was made. It lies beside the votes, in
/// `distil.node`, so that whoever loses the votes loses the identity that gave them: a node with an empty directory is
/// somebody else, who has never voted.
///
/// @param incarnation of the directory
public record NodeIdentity(String name, UUID incarnation) {
    private static final String FILE = "distil.node";
    private static final int PEER_DIGITS = 8;
    private static final int NAME_LENGTH_MAX = 63;

    public NodeIdentity {
        if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9._-]*") || name.length() > NAME_LENGTH_MAX) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "node name '" + name + "'; wanted letters, digits, '.', '_' and '-', at most " + NAME_LENGTH_MAX);
        }
    }

    /// What Raft knows it by.
    public String peer() {
        return name + "-" + incarnation.toString().substring(0, PEER_DIGITS);
    }

    /// Reads the identity in this directory, or makes one.
    ///
    /// @param incarnation used if there is none yet
    /// @throws Refused `INVALID_ARGUMENT` if the directory belongs to a node of another name
    static NodeIdentity open(Disk disk, String name, UUID incarnation) throws IOException {
        if (!disk.exists(FILE)) {
            NodeIdentity identity = new NodeIdentity(name, incarnation);
            identity.write(disk);
            return identity;
        }
        NodeIdentity identity = read(disk);
        if (!identity.name().equals(name)) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "this directory belongs to node '" + identity.name() + "', and is opened as '" + name + "'");
        }
        return identity;
    }

    private static NodeIdentity read(Disk disk) throws IOException {
        Properties properties = PropertiesPage.read(disk, FILE);
        try {
            return new NodeIdentity(
                    PropertiesPage.require(properties, "name", FILE),
                    UUID.fromString(PropertiesPage.require(properties, "incarnation", FILE)));
        } catch (IllegalArgumentException | Refused e) {
            throw new CorruptBlock(FILE + ": " + e.getMessage(), e);
        }
    }

    private void write(Disk disk) throws IOException {
        PropertiesPage.write(
                disk,
                "",
                FILE,
                "# Who this node is in its cluster. Do not copy to another node.\nname=%s\nincarnation=%s\n"
                        .formatted(name, incarnation));
    }
}
