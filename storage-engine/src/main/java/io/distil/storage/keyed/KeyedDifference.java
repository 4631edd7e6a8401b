package io.distil.storage.keyed;

import io.distil.storage.segment.BlockReader;

import java.io.IOException;
import java.util.Arrays;

/// Walks the keys of a range whose values differ between two versions of a tree, ascending. Stands before the first one at
/// the start. Pins one block of each level of both trees until it is closed. One owner thread.
///
/// Both versions are walked side by side. Where both stand before the same block, nothing under it differs, and both go past
/// it. Otherwise the one that stands before the block with the lower bound opens it (both, or the higher block, when the
/// bounds are equal), so that the other one still stands before its block when the first comes there too. A block
/// that a version inherited at a lower bound (its left neighbour is gone) may be opened nevertheless; the blocks under
/// it are met by both again, so that costs a path, not a subtree.
public final class KeyedDifference implements AutoCloseable {
    private final KeyedWalk before;
    private final KeyedWalk after;
    private byte[] key;
    private byte[] valueBefore;
    private byte[] valueAfter;

    KeyedDifference(BlockReader reader, KeyedRoot before, KeyedRoot after, byte[] from, byte[] until) {
        this.before = new KeyedWalk(reader, before, from, until);
        this.after = new KeyedWalk(reader, after, from, until);
    }

    /// Moves to the next key that differs; false at the end of the range, and from then on.
    public boolean next() throws IOException {
        while (!before.isAtEnd() || !after.isAtEnd()) {
            int order = order();
            if (order == 0 && bothBeforeSameBlock()) {
                before.skip();
                after.skip();
            } else if (openBlocks(order)) {
                continue;
            } else if (takeKey(order)) {
                return true;
            }
        }
        key = null;
        return false;
    }

    /// Which walk is behind: negative for the one of the version before. The same block counts as the same place, whatever
    /// bound it has in each version.
    private int order() throws IOException {
        if (before.isAtEnd() || after.isAtEnd()) {
            return before.isAtEnd() ? 1 : -1;
        }
        return bothBeforeSameBlock() ? 0 : Arrays.compareUnsigned(before.bound(), after.bound());
    }

    private boolean bothBeforeSameBlock() throws IOException {
        return !before.isAtEnd()
                && !after.isAtEnd()
                && !before.isOnKey()
                && before.level() == after.level()
                && before.block().equals(after.block());
    }

    /// Opens what must be opened before keys can be compared; false if nothing has to be.
    private boolean openBlocks(int order) throws IOException {
        boolean opensBefore = order < 0 || order == 0 && before.level() >= after.level();
        boolean opensAfter = order > 0 || order == 0 && after.level() >= before.level();
        boolean opened = false;
        if (opensBefore && !before.isOnKey()) {
            before.enter();
            opened = true;
        }
        if (opensAfter && !after.isOnKey()) {
            after.enter();
            opened = true;
        }
        return opened;
    }

    /// Takes the key on which the walk behind stands, or both; false if it has the same value in both versions.
    private boolean takeKey(int order) throws IOException {
        KeyedWalk any = order <= 0 ? before : after;
        key = any.bound().clone();
        boolean same = order == 0 && before.valueBlock() != null && before.valueBlock().equals(after.valueBlock());
        valueBefore = order > 0 || same ? null : before.value();
        valueAfter = order < 0 || same ? null : after.value();
        if (order <= 0) {
            before.skip();
        }
        if (order >= 0) {
            after.skip();
        }
        return !same && !Arrays.equals(valueBefore, valueAfter);
    }

    /// The present key. The arrays are the caller's own.
    public byte[] key() {
        return key;
    }

    /// Its value in the version before, or null if it is not there.
    public byte[] before() {
        return valueBefore;
    }

    /// Its value in the version after, or null if it is not there.
    public byte[] after() {
        return valueAfter;
    }

    @Override
    public void close() {
        before.close();
        after.close();
    }
}
