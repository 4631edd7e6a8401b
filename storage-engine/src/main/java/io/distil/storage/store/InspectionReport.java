package io.distil.storage.store;

import io.distil.storage.keyed.KeyedReport;
import io.distil.storage.segment.SegmentSummary;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What an {@link Inspector} found in a data directory.
///
/// @param storeId who the store is, if a superblock could be read
/// @param checkpoint its last checkpoint, if one could be read
/// @param slots one sentence for each slot of `distil.store`
/// @param segments one for each segment file
/// @param keyed the keyed tree of that checkpoint, if there is one
/// @param tables one for each table of that tree, in the order of their numbers
/// @param damage one sentence for each thing that is not as it should be and that the checkpoint needs; empty for a sound
///     store
public record InspectionReport(
        Optional<UUID> storeId,
        Optional<Checkpoint> checkpoint,
        List<String> slots,
        List<SegmentSummary> segments,
        Optional<KeyedReport> keyed,
        List<TableSummary> tables,
        List<String> damage) {
    /// @param name as declared, or the number if nobody declared it
    /// @param keyBytes sum of the keys' lengths
    /// @param valueBytes sum of the values' lengths
    public record TableSummary(String name, long entryCount, long keyBytes, long valueBytes) {}

    public InspectionReport {
        slots = List.copyOf(slots);
        segments = List.copyOf(segments);
        tables = List.copyOf(tables);
        damage = List.copyOf(damage);
    }

    public boolean isSound() {
        return damage.isEmpty();
    }

    /// The same report with everything that is wrong, for those who looked further.
    public InspectionReport withDamage(List<String> allDamage) {
        return new InspectionReport(storeId, checkpoint, slots, segments, keyed, tables, allDamage);
    }

    /// Writes the report for people.
    public void print(PrintStream out) {
        storeId.ifPresent(id -> out.println("store " + id));
        slots.forEach(out::println);
        checkpoint.ifPresent(last ->
                out.printf(
                        "checkpoint %d: log applied through %d, replayed from %d; next segment %d%n",
                        last.sequence(), last.appliedThrough(), last.replayFrom(), last.nextSegment()));
        segments.forEach(segment -> printSegment(out, segment));
        keyed.ifPresent(tree ->
                out.printf(
                        "keyed tree: %d entries in %d leaves, %d nodes and %d large values, %d bytes%n",
                        tree.entryCount(), tree.leafCount(), tree.nodeCount(), tree.valueCount(), tree.blockBytes()));
        for (TableSummary table : tables) {
            out.printf(
                    "table %s: %d entries, %d bytes of keys, %d bytes of values%n",
                    table.name(), table.entryCount(), table.keyBytes(), table.valueBytes());
        }
        damage.forEach(sentence -> out.println("DAMAGE: " + sentence));
        out.println(isSound() ? "sound" : damage.size() == 1 ? "damaged" : "damaged: " + damage.size() + " findings");
    }

    private static void printSegment(PrintStream out, SegmentSummary segment) {
        out.printf(
                "segment %08d: %d bytes, %d blocks %s with bodies of %d bytes%n",
                segment.segmentNumber(),
                segment.fileBytes(),
                segment.blockCount(),
                segment.blockCounts(),
                segment.bodyBytes());
        for (SegmentSummary.Gap gap : segment.gaps()) {
            out.printf("  no block in [%d, %d): %s%n", gap.from(), gap.until(), gap.reason());
        }
    }
}
