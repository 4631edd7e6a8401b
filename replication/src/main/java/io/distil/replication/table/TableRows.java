package io.distil.replication.table;

import io.distil.base.api.KeyRange;
import io.distil.base.api.TableRow;
import io.distil.replication.table.TableLayer.Cell;
import io.distil.storage.keyed.KeyedRoot;
import io.distil.storage.keyed.KeyedTree;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rows of one version of a table: a tree, and the layers over it, a later one before an earlier one. Any thread, as
/// long as somebody holds the layers.
///
/// @param layers from the oldest to the newest
/// @param minorMax of the newest layer, only what is not newer than this minor version counts
record TableRows(KeyedTree tree, KeyedRoot root, List<TableLayer> layers, long minorMax) {
    /// A major version that is a tree alone.
    static TableRows ofTree(KeyedTree tree, KeyedRoot root) {
        return new TableRows(tree, root, List.of(), 0);
    }

    /// What the layers say about a row, or null if nothing.
    Cell cell(byte[] key) {
        for (int i = layers.size() - 1; i >= 0; i--) {
            Cell cell = layers.get(i).cell(key, minorMax(i));
            if (cell != null) {
                return cell;
            }
        }
        return null;
    }

    /// The same, of what an iterator found in layer `layerIndex`.
    Cell visible(Cell newest, int layerIndex) {
        return TableLayer.visible(newest, minorMax(layerIndex));
    }

    private long minorMax(int layerIndex) {
        return layerIndex == layers.size() - 1 ? minorMax : Long.MAX_VALUE;
    }

    Optional<TableRow> get(byte[] key) throws IOException {
        Cell cell = cell(key);
        if (cell != null) {
            return row(key, cell);
        }
        Optional<byte[]> stored = tree.get(root, key);
        return stored.isPresent() ? Optional.of(StoredRow.decode(key, stored.get())) : Optional.empty();
    }

    static Optional<TableRow> row(byte[] key, Cell cell) {
        return cell.isGone() ? Optional.empty() : Optional.of(new TableRow(key, cell.value(), cell.version()));
    }

    boolean contains(byte[] key) throws IOException {
        Cell cell = cell(key);
        return cell == null ? tree.contains(root, key) : !cell.isGone();
    }

    /// Rows in the range: those of the tree by its counts, and each that the layers add or remove.
    long count(KeyRange range) throws IOException {
        long count = tree.count(root, range.from(), range.until());
        for (int i = layers.size() - 1; i >= 0; i--) {
            Iterator<Map.Entry<byte[], Cell>> cells = layers.get(i).iterator(range, false);
            while (cells.hasNext()) {
                Map.Entry<byte[], Cell> entry = cells.next();
                Cell cell = visible(entry.getValue(), i);
                if (cell != null && cell == cell(entry.getKey())) {
                    count += (cell.isGone() ? 0 : 1) - (tree.contains(root, entry.getKey()) ? 1 : 0);
                }
            }
        }
        return count;
    }

    /// An unsigned comparison that turns with the direction of a walk.
    static int compare(byte[] a, byte[] b, boolean backward) {
        return backward ? Arrays.compareUnsigned(b, a) : Arrays.compareUnsigned(a, b);
    }
}
