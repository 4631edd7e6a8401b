package io.distil.storage.store;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.keyed.KeyedCursor;
import io.distil.storage.keyed.KeyedRoot;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.ring.Disk;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockStore;
import io.distil.storage.segment.BlockWriter;
import io.distil.storage.segment.SegmentMark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// A data directory in use: its blocks, and the keyed tree of its last checkpoint.
///
/// Readers, on any thread, see the last checkpoint; one *writer thread* appends the blocks of series and takes checkpoints.
/// What it appended between two checkpoints can be read at once and is forgotten by a crash.
///
/// ```
/// open ──▶ writable ──a failure while writing──▶ retired: reads go on, writes are refused until it is opened again
/// ```
///
/// There is no way back from retired: after a failed sync nobody knows what the disk holds (the kernel reports such a
/// failure once and then forgets it), and a checkpoint on top could refer to blocks that are not there.
public final class Store implements AutoCloseable {
    /// The directory of the segment files.
    public static final String SEGMENTS = "segments";

    private final SuperblockFile file;
    private final BlockStore segments;
    private final KeyedTree tree;
    private final NanoClock clock;

    /// Written by the writer thread, read by all.
    private volatile Saved saved;

    private volatile String retiredBecause;
    private volatile long segmentBytes;

    /// The last checkpoint, and how much of its last segment it covers (negative: all of the file).
    private record Saved(Superblock superblock, long bytesOfLastSegment) {}

    private Store(
            SuperblockFile file,
            Superblock superblock,
            BlockStore segments,
            KeyedTree tree,
            NanoClock clock,
            long segmentBytes) {
        this.file = file;
        this.saved = new Saved(superblock, -1);
        this.segments = segments;
        this.tree = tree;
        this.clock = clock;
        this.segmentBytes = segmentBytes;
    }

    /// Opens the store on this disk, or makes one if there is none. Files it does not know are left alone, and so, until
    /// {@link #deleteDebris}, is what a crash left.
    ///
    /// @throws Refused `FORMAT_TOO_NEW` or `FORMAT_UNKNOWN`; nothing was changed
    /// @throws CorruptBlock if `distil.store` is damaged, or gone while segments are there
    public static Store open(Disk disk, StoreOptions options, NanoClock clock) throws IOException {
        SuperblockFile file = new SuperblockFile(disk);
        if (!disk.exists(SuperblockFile.NAME)) {
            create(disk, file, options, clock);
        }
        SuperblockFile.Found found = file.read();
        BlockStore segments = BlockStore.open(disk, SEGMENTS, options.blocks(), nextSegment(disk, found));
        KeyedTree tree = new KeyedTree(segments, options.keyedBlockBytesMax());
        return new Store(file, found.latest(), segments, tree, clock, segments.bytes());
    }

    /// The first segment that is debris, being what a crash left. If a slot is damaged, none is: the slot may have held a
    /// later checkpoint, and these segments its blocks.
    private static int nextSegment(Disk disk, SuperblockFile.Found found) throws IOException {
        int next = found.latest().checkpoint().nextSegment();
        List<Integer> present = BlockStore.segmentNumbers(disk, SEGMENTS);
        return found.isOtherDamaged() && !present.isEmpty() ? Math.max(next, present.getLast() + 1) : next;
    }

    private static void create(Disk disk, SuperblockFile file, StoreOptions options, NanoClock clock)
            throws IOException {
        int segmentCount = BlockStore.segmentNumbers(disk, SEGMENTS).size();
        if (segmentCount > 0) {
            throw new CorruptBlock(
                    "%s is missing, but %s holds %d segments: bring it back from a backup, or choose another directory"
                            .formatted(SuperblockFile.NAME, SEGMENTS, segmentCount));
        }
        UUID id = options.newStoreId().get();
        long now = clock.epochNanos();
        List<Superblock> superblocks = new ArrayList<>();
        for (int sequence = 0; sequence < Superblock.SLOT_COUNT; sequence++) {
            superblocks.add(new Superblock(id, now, new Checkpoint(sequence, 0, 0, 0, KeyedRoot.EMPTY, now)));
        }
        file.create(superblocks);
    }

    /// Deletes segments that a crash left behind the last checkpoint. To be called when everything else of the data directory,
    /// the log above all, was found to be sound; the next checkpoint does it at the latest. The writer thread only.
    public void deleteDebris() throws IOException {
        segments.deleteDebris();
    }

    /// Who this store is: made once, with the store.
    public UUID id() {
        return saved.superblock().storeId();
    }

    /// Reads blocks of series; any thread.
    public BlockReader blocks() {
        return segments;
    }

    /// Appends blocks of series; the writer thread only. They are durable after the next checkpoint.
    public BlockWriter writer() {
        return segments;
    }

    /// What a crash now would return to. Any thread.
    public Checkpoint lastCheckpoint() {
        return saved.superblock().checkpoint();
    }

    /// The last checkpoint as it can be copied. Any thread.
    public StoreImage image() throws IOException {
        Saved present = saved;
        Superblock superblock = present.superblock();
        return new StoreImage(
                superblock.storeId(),
                superblock.createdEpochNanos(),
                superblock.checkpoint(),
                segments.extents(superblock.checkpoint().nextSegment(), present.bytesOfLastSegment()));
    }

    /// Makes a store of a copy, whose segments lie in `segments/` of the disk and are synced. It gets an identity of its own,
    /// because its blocks will be others from now on.
    ///
    /// @param home where there is no store yet
    public static void adopt(Disk home, StoreImage image, UUID storeId, NanoClock clock) throws IOException {
        Checkpoint copied = image.checkpoint();
        List<Superblock> superblocks = new ArrayList<>();
        for (long sequence = copied.sequence(); superblocks.size() < Superblock.SLOT_COUNT; sequence++) {
            Checkpoint checkpoint =
                    new Checkpoint(
                            sequence,
                            copied.appliedThrough(),
                            copied.replayFrom(),
                            copied.nextSegment(),
                            copied.keyedRoot(),
                            copied.epochNanos());
            superblocks.add(new Superblock(storeId, clock.epochNanos(), checkpoint));
        }
        new SuperblockFile(home).create(superblocks);
    }

    /// Whether there is a store on this disk.
    public static boolean exists(Disk home) throws IOException {
        return home.exists(SuperblockFile.NAME);
    }

    /// Deletes the store on this disk, its checkpoint first: what a crash leaves is no store.
    public static void delete(Disk home) throws IOException {
        if (home.exists(SuperblockFile.NAME)) {
            home.delete(SuperblockFile.NAME);
            home.syncDirectory("");
        }
        for (int number : BlockStore.segmentNumbers(home, SEGMENTS)) {
            home.delete(SEGMENTS + "/" + BlockStore.fileName(number));
        }
        if (home.list(SEGMENTS).isEmpty()) {
            home.deleteDirectory(SEGMENTS);
        }
    }

    /// The value of a key at the last checkpoint. Any thread.
    public Optional<byte[]> get(byte[] key) throws IOException {
        return tree.get(lastCheckpoint().keyedRoot(), key);
    }

    /// All entries whose keys begin with `prefix`, as they are at the last checkpoint when this begins. Any thread.
    public void scan(byte[] prefix, KeyedVisitor visitor) throws IOException {
        try (KeyedCursor cursor = tree.scan(lastCheckpoint().keyedRoot(), prefix, afterPrefix(prefix))) {
            while (cursor.next()) {
                visitor.visit(cursor.key(), cursor.value());
            }
        }
    }

    /// The least key that is greater than all that begin with `prefix`; null if there is none.
    static byte[] afterPrefix(byte[] prefix) {
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xff) {
                byte[] after = Arrays.copyOf(prefix, last + 1);
                after[last]++;
                return after;
            }
        }
        return null;
    }

    /// Makes everything appended so far durable, together with `changes` to the keyed tree; the writer thread only. When this
    /// returns, a crash returns to here; if it throws, to here or to the checkpoint before, and the store is retired.
    ///
    /// @param appliedThrough see {@link Checkpoint}; like `replayFrom`, never less than before
    /// @param changes in any order; of several changes to one key, the last counts
    /// @throws DiskFailed if the disk does not take it, or the store is retired
    public void checkpoint(long appliedThrough, long replayFrom, List<KeyedChange> changes) throws IOException {
        if (retiredBecause != null) {
            throw new DiskFailed("no checkpoint any more since one failed: " + retiredBecause);
        }
        Superblock last = saved.superblock();
        BrokenInvariant.check(
                appliedThrough >= last.checkpoint().appliedThrough() && replayFrom >= last.checkpoint().replayFrom(),
                "checkpoint at log positions %d and %d goes back behind %s"
                        .formatted(appliedThrough, replayFrom, last.checkpoint()));
        try {
            long sequence = last.checkpoint().sequence() + 1;
            KeyedRoot root = tree.apply(last.checkpoint().keyedRoot(), sorted(changes), sequence, segments);
            SegmentMark mark = segments.sync();
            Superblock next =
                    last.withCheckpoint(
                            new Checkpoint(
                                    sequence,
                                    appliedThrough,
                                    replayFrom,
                                    mark.nextSegmentNumber(),
                                    root,
                                    clock.epochNanos()));
            file.write(next);
            saved = new Saved(next, segments.syncedBytesOfLastSegment());
            segmentBytes = mark.bytes();
        } catch (IOException | RuntimeException | Error e) {
            retiredBecause = e.toString();
            throw e;
        }
    }

    private static List<KeyedChange> sorted(List<KeyedChange> changes) {
        TreeMap<byte[], KeyedChange> byKey = new TreeMap<>(Arrays::compareUnsigned);
        for (KeyedChange change : changes) {
            byKey.put(change.key(), change);
        }
        return new ArrayList<>(byKey.values());
    }

    /// Why nothing can be written any more, if that is so. Any thread.
    public Optional<String> retiredBecause() {
        return Optional.ofNullable(retiredBecause);
    }

    public StoreStatistics statistics() {
        Checkpoint last = lastCheckpoint();
        return new StoreStatistics(
                last.sequence(),
                segmentBytes,
                last.keyedRoot().blockBytes(),
                last.keyedRoot().entryCount(),
                segments.statistics());
    }

    /// Closes the blocks; takes no checkpoint. The disk stays open.
    @Override
    public void close() throws IOException {
        segments.close();
    }
}
