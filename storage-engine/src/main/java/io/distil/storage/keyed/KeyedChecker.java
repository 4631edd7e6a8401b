package io.distil.storage.keyed;

import io.distil.base.Refused;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Walks a whole version and writes down what is wrong with it. Used once, by one thread.
final class KeyedChecker {
    private final BlockReader reader;
    private final List<String> damage = new ArrayList<>();
    private long leafCount;
    private long nodeCount;
    private long valueCount;
    private long entryCount;
    private long blockBytes;

    KeyedChecker(BlockReader reader) {
        this.reader = reader;
    }

    KeyedReport check(KeyedRoot root) {
        if (!root.isEmpty()) {
            checkBlock(root.block(), root.height() - 1, new byte[0], null, root.entryCount(), Long.MAX_VALUE);
            if (damage.isEmpty() && blockBytes != root.blockBytes()) {
                damage.add("the root counts " + root.blockBytes() + " bytes of blocks, found " + blockBytes);
            }
        }
        return new KeyedReport(leafCount, nodeCount, valueCount, entryCount, blockBytes, damage);
    }

    /// @param lower what all its keys must be at least
    /// @param upper what they must be less than; null for no limit
    private void checkBlock(BlockRef ref, int level, byte[] lower, byte[] upper, long countWanted, long versionMax) {
        if (ref.version() > versionMax) {
            damage.add("keyed block " + ref + " is later than its parent's version " + versionMax);
        }
        try (Block block = reader.read(ref, level == 0 ? BlockKind.KEYED_LEAF : BlockKind.KEYED_NODE)) {
            KeyedPage page = new KeyedPage(block.body(), ref, level == 0);
            blockBytes += ref.bytes();
            if (level == 0) {
                leafCount++;
            } else {
                nodeCount++;
            }
            long count = checkEntries(page, ref, level, lower, upper);
            if (count != countWanted) {
                damage.add("keyed block " + ref + " holds " + count + " keys, its parent wants " + countWanted);
            }
        } catch (IOException | Refused e) {
            damage.add(e.getMessage());
        }
    }

    private long checkEntries(KeyedPage page, BlockRef ref, int level, byte[] lower, byte[] upper) throws IOException {
        long count = 0;
        byte[] previous = null;
        for (int i = 0; i < page.entryCount(); i++) {
            byte[] key = page.key(i);
            boolean ordered = previous == null || Arrays.compareUnsigned(previous, key) < 0;
            boolean aboveLower = Arrays.compareUnsigned(lower, key) <= 0;
            boolean belowUpper = upper == null || Arrays.compareUnsigned(key, upper) < 0;
            if (!ordered || !aboveLower || !belowUpper) {
                damage.add("keyed block " + ref + ": the key of entry " + i + " is out of place");
            }
            previous = key;
            if (level == 0) {
                count++;
                checkValue(page, i);
            } else {
                byte[] childLower = i == 0 ? lower : key;
                byte[] childUpper = i + 1 < page.entryCount() ? page.key(i + 1) : upper;
                count += page.childCount(i);
                checkBlock(page.child(i), level - 1, childLower, childUpper, page.childCount(i), ref.version());
            }
        }
        return count;
    }

    private void checkValue(KeyedPage page, int index) throws IOException {
        entryCount++;
        if (page.inlineValue(index) != null) {
            return;
        }
        BlockRef ref = page.valueBlock(index);
        try (Block _ = reader.read(ref, BlockKind.KEYED_VALUE)) {
            valueCount++;
            blockBytes += ref.bytes();
        } catch (IOException | Refused e) {
            damage.add(e.getMessage());
        }
    }
}
