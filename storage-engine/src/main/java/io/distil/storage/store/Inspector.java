package io.distil.storage.store;

import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.storage.keyed.KeyedCursor;
import io.distil.storage.keyed.KeyedReport;
import io.distil.storage.keyed.KeyedRoot;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.ring.Disk;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockStore;
import io.distil.storage.segment.SegmentReader;
import io.distil.storage.segment.SegmentSummary;
import io.distil.storage.store.InspectionReport.TableSummary;
import io.distil.storage.store.Superblock.Slot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Looks at everything in a data directory, changes nothing, and goes on after damage wherever something else can still be
/// read. Used once, by one thread.
///
/// It reads every block of the store at least once: hours for a large one.
public final class Inspector {
    /// Looks into the values of a table, such as the roots of series.
    public interface EntryCheck {
        /// @param blocks for what the value refers to
        /// @throws IOException with the sentence to report, if something is wrong
        void check(Table table, byte[] key, byte[] value, BlockReader blocks) throws IOException;
    }

    /// Enough for the path from a root to a leaf; each block is wanted once.
    private static final long CACHE_BYTES = 8 << 20;

    private final Disk disk;
    private final Map<Integer, Table> tablesByNumber;
    private final EntryCheck entryCheck;

    private final List<String> slotSentences = new ArrayList<>();
    private final List<SegmentSummary> segments = new ArrayList<>();
    private final List<TableSummary> tables = new ArrayList<>();
    private final Set<String> damage = new LinkedHashSet<>();

    /// @param tables those whose keys can be described
    /// @param entryCheck called for every entry of these tables
    public Inspector(Disk disk, List<Table> tables, EntryCheck entryCheck) {
        this.disk = disk;
        this.tablesByNumber = tables.stream().collect(Collectors.toMap(Table::number, Function.identity()));
        this.entryCheck = entryCheck;
    }

    /// @throws IOException if the disk fails; damage is in the report
    public InspectionReport inspect() throws IOException {
        Superblock superblock = inspectSuperblocks();
        Optional<UUID> storeId = Optional.ofNullable(superblock).map(Superblock::storeId);
        Optional<Checkpoint> checkpoint = Optional.ofNullable(superblock).map(Superblock::checkpoint);
        try (SegmentReader blocks = new SegmentReader(disk, Store.SEGMENTS, CACHE_BYTES)) {
            for (int number : BlockStore.segmentNumbers(disk, Store.SEGMENTS)) {
                segments.add(blocks.walk(number));
            }
            Optional<KeyedReport> keyed = Optional.empty();
            if (superblock != null) {
                keyed = Optional.of(inspectKeyed(blocks, superblock.checkpoint().keyedRoot()));
            }
            return new InspectionReport(
                    storeId, checkpoint, slotSentences, segments, keyed, tables, List.copyOf(damage));
        }
    }

    /// The latest superblock, or null. One damaged slot is worth a sentence; only two are damage.
    private Superblock inspectSuperblocks() throws IOException {
        if (!disk.exists(SuperblockFile.NAME)) {
            damage.add(SuperblockFile.NAME + " is missing");
            return null;
        }
        SuperblockFile file = new SuperblockFile(disk);
        try {
            List<Slot> slots = file.slots();
            for (int i = 0; i < slots.size(); i++) {
                slotSentences.add("slot " + i + ": " + describe(slots.get(i)));
            }
            return file.read().latest();
        } catch (CorruptBlock | Refused e) {
            damage.add(e.getMessage());
            return null;
        }
    }

    private static String describe(Slot slot) {
        return switch (slot) {
            case Slot.Valid valid -> "checkpoint " + valid.superblock().checkpoint().sequence();
            case Slot.TooNew tooNew -> "format " + tooNew.format() + ", of a newer program";
            case Slot.Damaged damaged -> "damaged: " + damaged.reason();
            case Slot.Foreign _ -> "nothing of Distil";
        };
    }

    private KeyedReport inspectKeyed(BlockReader blocks, KeyedRoot root) throws IOException {
        KeyedTree tree = new KeyedTree(blocks, KeyedTree.DEFAULT_BLOCK_BYTES_MAX);
        KeyedReport report = tree.check(root);
        damage.addAll(report.damage());
        for (int number = 0; number <= 0xff; number++) {
            inspectTable(tree, root, number, blocks);
        }
        return report;
    }

    private void inspectTable(KeyedTree tree, KeyedRoot root, int number, BlockReader blocks) throws IOException {
        Table table = tablesByNumber.get(number);
        String name = table == null ? Integer.toString(number) : table.name();
        byte[] prefix = {(byte) number};
        long entryCount = 0;
        long keyBytes = 0;
        long valueBytes = 0;
        try (KeyedCursor cursor = tree.scan(root, prefix, Store.afterPrefix(prefix))) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                entryCount++;
                keyBytes += key.length;
                valueBytes += value.length;
                if (table != null) {
                    inspectEntry(table, key, value, blocks);
                }
            }
        } catch (CorruptBlock | Refused e) {
            damage.add(e.getMessage());
            damage.add("table " + name + " can be read only as far as its first " + entryCount + " entries");
        }
        if (entryCount > 0) {
            tables.add(new TableSummary(name, entryCount, keyBytes, valueBytes));
        }
    }

    private void inspectEntry(Table table, byte[] key, byte[] value, BlockReader blocks) throws IOException {
        try {
            entryCheck.check(table, key, value, blocks);
        } catch (CorruptBlock | Refused e) {
            damage.add(table.describe(key) + ": " + e.getMessage());
        }
    }
}
