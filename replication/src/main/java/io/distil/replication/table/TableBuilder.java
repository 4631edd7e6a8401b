package io.distil.replication.table;

import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.replication.flush.FlushTask;
import io.distil.replication.table.TableLayer.Cell;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.keyed.KeyedRoot;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.segment.BlockWriter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Makes the trees of frozen layers: one at a time for a table, so that its majors follow each other. Owned by the tablet's
/// thread; the building itself runs on the flusher's.
final class TableBuilder {
    private record Built(long major, BuiltTable trees) {}

    private final KeyedTree tree;
    private final Consumer<FlushTask> flusher;
    private final Consumer<String> changed;

    /// @param changed told the name of a table whose newest tree is another one now
    TableBuilder(KeyedTree tree, Consumer<FlushTask> flusher, Consumer<String> changed) {
        this.tree = tree;
        this.flusher = flusher;
        this.changed = changed;
    }

    /// The table has a commit without a tree.
    void frozen(VersionedTable table) {
        if (!table.isBuilding()) {
            table.setBuilding(true);
            flusher.accept(store -> {
                Built built = build(table, store.writer());
                return () -> install(table, built);
            });
        }
    }

    /// Flusher's thread.
    ///
    /// @return null if nobody wants the tree, because the table is gone
    private Built build(VersionedTable table, BlockWriter writer) throws IOException {
        TableView view;
        try {
            view = table.acquire();
        } catch (Refused gone) {
            return null;
        }
        try {
            long major = view.builtMajor() + 1;
            List<KeyedChange> changes = new ArrayList<>();
            List<KeyedChange> gone = new ArrayList<>();
            Iterator<Map.Entry<byte[], Cell>> cells = view.layers().getFirst().iterator(KeyRange.ALL, false);
            while (cells.hasNext()) {
                Map.Entry<byte[], Cell> entry = cells.next();
                byte[] key = entry.getKey();
                Version version = entry.getValue().version();
                if (entry.getValue().isGone()) {
                    changes.add(new KeyedChange.Delete(key));
                    gone.add(new KeyedChange.Put(key, StoredRow.encode(version, new byte[0])));
                } else {
                    changes.add(new KeyedChange.Put(key, StoredRow.encode(version, entry.getValue().value())));
                }
            }
            KeyedRoot rows = tree.apply(view.built().rows(), changes, major, writer);
            return new Built(major, new BuiltTable(rows, tree.apply(KeyedRoot.EMPTY, gone, major, writer)));
        } finally {
            view.release();
        }
    }

    /// Tablet's thread.
    private void install(VersionedTable table, Built built) {
        table.setBuilding(false);
        if (built == null || table.isGone()) {
            return;
        }
        table.installed(built.major(), built.trees());
        changed.accept(table.name());
        if (table.commits().hasPending()) {
            frozen(table);
        }
    }
}
