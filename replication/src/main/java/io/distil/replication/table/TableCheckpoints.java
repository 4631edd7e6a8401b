package io.distil.replication.table;

import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the next checkpoint must say about tables. A name stands here if anything about the table changed since the last one;
/// what it became, or that it is gone, is read from the state when the checkpoint is made. Owned by the tablet's thread.
public final class TableCheckpoints {
    /// The tables' part of a checkpoint about to be written.
    public static final class Plan {
        private final List<KeyedChange> changes = new ArrayList<>();
        private final Map<VersionedTable, List<Long>> savedMajors = new HashMap<>();
        private final List<Long> droppedNumbers = new ArrayList<>();

        private Plan() {}

        /// Flusher's thread: the changes to the store's keyed tree.
        public List<KeyedChange> changes(Store store) throws IOException {
            List<KeyedChange> all = new ArrayList<>(changes);
            for (long number : droppedNumbers) {
                store.scan(TablesInStore.versionsPrefix(number), (key, _) -> all.add(new KeyedChange.Delete(key)));
            }
            return all;
        }

        /// Tablet's thread: the plan is durable, so what it saved need not be kept in memory.
        public void saved() {
            savedMajors.forEach((table, majors) -> table.unsaved().keySet().removeAll(majors));
        }
    }

    private final Map<String, VersionedTable> tables;
    private final Set<String> changed = new HashSet<>();
    private final List<Long> droppedNumbers = new ArrayList<>();

    TableCheckpoints(Map<String, VersionedTable> tables) {
        this.tables = tables;
    }

    void changed(String table) {
        changed.add(table);
    }

    void dropped(VersionedTable table) {
        changed.add(table.name());
        droppedNumbers.add(table.number());
    }

    /// Copies what changed since the last plan.
    public Plan gather() {
        Plan plan = new Plan();
        for (String name : changed) {
            VersionedTable table = tables.get(name);
            byte[] key = TablesInStore.tableKey(name);
            if (table == null) {
                plan.changes.add(new KeyedChange.Delete(key));
            } else {
                gather(plan, key, table);
            }
        }
        plan.droppedNumbers.addAll(droppedNumbers);
        changed.clear();
        droppedNumbers.clear();
        return plan;
    }

    private static void gather(Plan plan, byte[] key, VersionedTable table) {
        TablesInStore.SavedTable saved =
                new TablesInStore.SavedTable(
                        table.number(),
                        table.createdEpochNanos(),
                        table.commits().builtMajor(),
                        table.commits().builtThrough(),
                        table.built());
        plan.changes.add(new KeyedChange.Put(key, saved.encode()));
        List<Long> majors = new ArrayList<>();
        table.unsaved()
                .forEach((major, built) -> {
                    byte[] versionKey = TablesInStore.versionKey(table.number(), major);
                    plan.changes.add(new KeyedChange.Put(versionKey, built.encode()));
                    majors.add(major);
                });
        plan.savedMajors.put(table, majors);
    }
}
