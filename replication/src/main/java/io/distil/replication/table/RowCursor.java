package io.distil.replication.table;

import io.distil.base.BrokenInvariant;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.replication.table.TableLayer.Cell;
import io.distil.storage.keyed.KeyedCursor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Walks the rows of a range of one version: layers and tree side by side; of those that have the next key, the newest layer
/// decides. One owner thread.
final class RowCursor implements TableCursor<TableRow> {
    /// A page holds no more rows once it holds so many bytes of them, whatever was asked for.
    static final int PAGE_BYTES_MAX = 4 << 20;

    private final TableRows rows;
    private final boolean backward;
    private final KeyedCursor tree;

    /// The key on which the tree's cursor stands, or null at its end.
    private byte[] treeKey;

    /// Of each layer, where its walk stands: the next entry, or null at its end.
    private final List<Iterator<Map.Entry<byte[], Cell>>> iterators = new ArrayList<>();

    private final List<Map.Entry<byte[], Cell>> heads = new ArrayList<>();

    RowCursor(TableRows rows, KeyRange range, boolean backward) throws IOException {
        this.rows = rows;
        this.backward = backward;
        for (TableLayer layer : rows.layers()) {
            Iterator<Map.Entry<byte[], Cell>> iterator = layer.iterator(range, backward);
            iterators.add(iterator);
            heads.add(iterator.hasNext() ? iterator.next() : null);
        }
        this.tree =
                backward
                        ? rows.tree().scanBackward(rows.root(), range.from(), range.until())
                        : rows.tree().scan(rows.root(), range.from(), range.until());
        try {
            advanceTree();
        } catch (IOException | RuntimeException e) {
            tree.close();
            throw e;
        }
    }

    @Override
    public List<TableRow> next(int countMax) throws IOException {
        BrokenInvariant.check(countMax > 0, "a page of " + countMax + " rows");
        List<TableRow> page = new ArrayList<>();
        long pageBytes = 0;
        while (page.size() < countMax && pageBytes < PAGE_BYTES_MAX) {
            byte[] key = nextKey();
            if (key == null) {
                break;
            }
            Optional<TableRow> row = take(key);
            if (row.isPresent()) {
                page.add(row.get());
                pageBytes += key.length + row.get().value().length;
            }
        }
        return page;
    }

    /// The least key on which anything stands, or null at the end.
    private byte[] nextKey() {
        byte[] next = treeKey;
        for (Map.Entry<byte[], Cell> head : heads) {
            if (head != null && (next == null || TableRows.compare(head.getKey(), next, backward) < 0)) {
                next = head.getKey();
            }
        }
        return next;
    }

    /// The row of `key`, and everything that stands on it goes on.
    private Optional<TableRow> take(byte[] key) throws IOException {
        Cell cell = null;
        for (int i = 0; i < heads.size(); i++) {
            Map.Entry<byte[], Cell> head = heads.get(i);
            if (head != null && Arrays.equals(head.getKey(), key)) {
                Cell visible = rows.visible(head.getValue(), i);
                cell = visible == null ? cell : visible;
                heads.set(i, iterators.get(i).hasNext() ? iterators.get(i).next() : null);
            }
        }
        Optional<TableRow> row = cell == null ? Optional.empty() : TableRows.row(key, cell);
        if (treeKey != null && Arrays.equals(treeKey, key)) {
            row = cell == null ? Optional.of(StoredRow.decode(key, tree.value())) : row;
            advanceTree();
        }
        return row;
    }

    private void advanceTree() throws IOException {
        treeKey = tree.next() ? tree.key() : null;
    }

    @Override
    public void close() {
        tree.close();
    }
}
