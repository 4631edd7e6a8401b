package io.distil.storage.tree;

import io.distil.storage.segment.BlockReader;

import java.io.IOException;

/// A tree's form as text: bounds and statistics of every entry and what lies under it, without where and when it was
/// written. Two trees of the same points have the same text.
final class StoredShape {
    private StoredShape() {}

    static String of(BlockReader reader, SeriesRoot root) throws IOException {
        StringBuilder text = new StringBuilder();
        if (!root.isEmpty()) {
            append(reader, root.entry(), 0, text);
        }
        return text.toString();
    }

    private static void append(BlockReader reader, Entry entry, int depth, StringBuilder text) throws IOException {
        text.repeat(' ', depth)
                .append(entry.isLeaf() ? "leaf " : "node ")
                .append(entry.first())
                .append("..")
                .append(entry.last())
                .append(' ')
                .append(entry.statistics())
                .append('\n');
        if (!entry.isLeaf()) {
            for (Entry child : Pages.read(reader, entry)) {
                append(reader, child, depth + 1, text);
            }
        }
    }
}
