package io.distil.storage.store;

import io.distil.base.BrokenInvariant;
import io.distil.base.StreamId;
import io.distil.storage.keyed.KeyedTree;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Puts a key of a {@link Table} together, part by part, and refuses parts of the wrong kind or in the wrong order. Used
/// once, by one thread.
public final class TableKey {
    private final Table table;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(32);
    private int partCount;

    TableKey(Table table) {
        this.table = table;
        bytes.write(table.number());
    }

    public TableKey stream(StreamId id) {
        begin(Table.Part.STREAM);
        putLong(id.high());
        putLong(id.low());
        return this;
    }

    /// @param number not negative: the order of bytes is that of unsigned numbers
    public TableKey number(long number) {
        begin(Table.Part.NUMBER);
        if (number < 0) {
            throw broken("number " + number + ", wanted 0 or more");
        }
        putLong(number);
        return this;
    }

    /// @param text without a zero character
    public TableKey text(String text) {
        boolean isLast = table.isLast(partCount);
        begin(Table.Part.TEXT);
        if (text.indexOf('\0') >= 0) {
            throw broken("a zero character");
        }
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        if (!isLast) {
            bytes.write(0);
        }
        return this;
    }

    private void begin(Table.Part part) {
        if (partCount == table.parts().size() || table.parts().get(partCount) != part) {
            throw broken("a " + part + " as part " + partCount + ", wanted " + table.parts());
        }
        partCount++;
    }

    private void putLong(long number) {
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes.write((int) (number >>> shift));
        }
    }

    /// The whole key.
    public byte[] bytes() {
        if (partCount != table.parts().size()) {
            throw broken(partCount + " of " + table.parts().size() + " parts");
        }
        return prefix();
    }

    /// What all keys begin with that have the parts so far; for scans.
    public byte[] prefix() {
        if (bytes.size() > KeyedTree.KEY_BYTES_MAX) {
            throw broken(bytes.size() + " bytes, wanted at most " + KeyedTree.KEY_BYTES_MAX);
        }
        return bytes.toByteArray();
    }

    private BrokenInvariant broken(String found) {
        return new BrokenInvariant("a key of table " + table.name() + " has " + found);
    }
}
