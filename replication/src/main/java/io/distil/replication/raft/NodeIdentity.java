package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.io.StringReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.UUID;

/// Who this node is: its name, and an *incarnation* drawn when its Raft directory was made. It lies beside the votes, in
/// `distil.node`, so that whoever loses the votes loses the identity that gave them: a node with an empty directory is
/// somebody else, who has never voted.
///
/// The file is text, padded with line ends to one page because files here are written in whole pages.
///
/// @param incarnation of the directory
public record NodeIdentity(String name, UUID incarnation) {
    private static final String FILE = "distil.node";
    private static final String NEW_FILE = "distil.node.new";
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
        Properties properties = new Properties();
        withPage(
                disk,
                FILE,
                Disk.OpenMode.READ,
                (queue, file, page) -> {
                    queue.readNow(file, 0, page, OffHeap.PAGE_BYTES);
                    String text = new String(page.toArray(Layouts.BYTE), StandardCharsets.UTF_8);
                    properties.load(new StringReader(text));
                });
        String name = properties.getProperty("name");
        String incarnation = properties.getProperty("incarnation");
        if (name == null || incarnation == null) {
            throw new CorruptBlock(FILE + ": " + (name == null ? "name" : "incarnation") + " is missing");
        }
        try {
            return new NodeIdentity(name, UUID.fromString(incarnation));
        } catch (IllegalArgumentException | Refused e) {
            throw new CorruptBlock(FILE + ": " + e.getMessage(), e);
        }
    }

    private void write(Disk disk) throws IOException {
        byte[] text =
                "# Who this node is in its cluster. Do not copy to another node.\nname=%s\nincarnation=%s\n"
                        .formatted(name, incarnation)
                        .getBytes(StandardCharsets.UTF_8);
        if (disk.exists(NEW_FILE)) {
            disk.delete(NEW_FILE);
        }
        withPage(
                disk,
                NEW_FILE,
                Disk.OpenMode.CREATE,
                (queue, file, page) -> {
                    page.fill((byte) '\n');
                    MemorySegment.copy(text, 0, page, Layouts.BYTE, 0, text.length);
                    queue.writeNow(file, 0, page, OffHeap.PAGE_BYTES, false);
                    queue.syncNow(file);
                });
        disk.rename(NEW_FILE, FILE);
        disk.syncDirectory("");
    }

    private interface PageWork {
        void run(DiskQueue queue, DiskFile file, MemorySegment page) throws IOException;
    }

    private static void withPage(Disk disk, String name, Disk.OpenMode mode, PageWork work) throws IOException {
        MemorySegment page = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, OffHeap.PAGE_BYTES);
        try (DiskFile file = disk.open(name, mode);
                DiskQueue queue = disk.openSharedQueue(1)) {
            work.run(queue, file, page);
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, page);
        }
    }
}
