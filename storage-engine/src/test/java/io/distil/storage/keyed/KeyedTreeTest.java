package io.distil.storage.keyed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.segment.MemoryBlocks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

class KeyedTreeTest {
    private final MemoryBlocks blocks = new MemoryBlocks();
    private final KeyedTree tree = new KeyedTree(blocks, 256);
    private long version;

    @AfterEach
    void noBlockIsLeftPinned() {
        blocks.close();
    }

    private KeyedRoot apply(KeyedRoot root, KeyedChange... changes) throws IOException {
        return tree.apply(root, List.of(changes), ++version, blocks);
    }

    private KeyedRoot filled(int count) throws IOException {
        List<KeyedChange> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            changes.add(put(name(i), "value " + i));
        }
        return tree.apply(KeyedRoot.EMPTY, changes, ++version, blocks);
    }

    private static String name(int i) {
        return String.format("key/%06d", i);
    }

    private static KeyedChange put(String key, String value) {
        return new KeyedChange.Put(key.getBytes(UTF_8), value.getBytes(UTF_8));
    }

    private static KeyedChange delete(String key) {
        return new KeyedChange.Delete(key.getBytes(UTF_8));
    }

    private String get(KeyedRoot root, String key) throws IOException {
        return tree.get(root, key.getBytes(UTF_8)).map(v -> new String(v, UTF_8)).orElse(null);
    }

    private List<String> scan(KeyedRoot root, String from, String until) throws IOException {
        List<String> keys = new ArrayList<>();
        try (KeyedCursor cursor = tree.scan(root, from.getBytes(UTF_8), until == null ? null : until.getBytes(UTF_8))) {
            while (cursor.next()) {
                keys.add(new String(cursor.key(), UTF_8));
            }
        }
        return keys;
    }

    @Test
    void theEmptyTreeHoldsNothing() throws IOException {
        assertThat(get(KeyedRoot.EMPTY, "a")).isNull();
        assertThat(scan(KeyedRoot.EMPTY, "", null)).isEmpty();
        assertThat(tree.check(KeyedRoot.EMPTY).isSound()).isTrue();
        assertThat(apply(KeyedRoot.EMPTY, delete("a"))).isEqualTo(KeyedRoot.EMPTY);
    }

    @Test
    void aKeyComesBeforeTheOnesItBeginsAndBytesAreUnsigned() throws IOException {
        KeyedRoot root = apply(KeyedRoot.EMPTY, put("a", "1"), put("ab", "2"), put("b", "3"), put("é", "4"));
        assertThat(scan(root, "", null)).containsExactly("a", "ab", "b", "é");
        assertThat(scan(root, "ab", "b")).containsExactly("ab");
        assertThat(scan(root, "b", "ab")).isEmpty();
    }

    @Test
    void aRangeIncludesItsStartAndNotItsEnd() throws IOException {
        KeyedRoot root = filled(500);
        assertThat(root.height()).isGreaterThan(2);
        assertThat(scan(root, name(17), name(20))).containsExactly(name(17), name(18), name(19));
        assertThat(scan(root, name(498), null)).containsExactly(name(498), name(499));
        assertThat(scan(root, "z", null)).isEmpty();
        assertThat(scan(root, "", name(1))).containsExactly(name(0));
    }

    @Test
    void anOldVersionStaysAsItWas() throws IOException {
        KeyedRoot first = filled(200);
        KeyedRoot second = apply(first, delete(name(3)), put(name(7), "other"), put("new", "x"));
        assertThat(get(first, name(3))).isEqualTo("value 3");
        assertThat(get(first, name(7))).isEqualTo("value 7");
        assertThat(get(first, "new")).isNull();
        assertThat(get(second, name(3))).isNull();
        assertThat(get(second, name(7))).isEqualTo("other");
        assertThat(get(second, "new")).isEqualTo("x");
    }

    @Test
    void aChangeOfOneKeyWritesOneBlockForEachLevel() throws IOException {
        KeyedRoot root = filled(2000);
        long before = blocks.blockCount();
        apply(root, put(name(1000), "other"));
        assertThat(blocks.blockCount() - before).isEqualTo(root.height());
    }

    @Test
    void aChangeThatChangesNothingWritesNothing() throws IOException {
        String large = "x".repeat(5000);
        KeyedRoot root = apply(filled(200), put("large", large));
        long before = blocks.blockCount();
        assertThat(apply(root, put(name(7), "value 7"), put("large", large), delete("missing"))).isEqualTo(root);
        assertThat(blocks.blockCount()).isEqualTo(before);
    }

    @Test
    void deletingEverythingLeavesTheEmptyTree() throws IOException {
        KeyedRoot root = filled(300);
        List<KeyedChange> deletes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            deletes.add(delete(name(i)));
        }
        assertThat(tree.apply(root, deletes, ++version, blocks)).isEqualTo(KeyedRoot.EMPTY);
        KeyedRoot one = tree.apply(root, deletes.subList(1, 300), ++version, blocks);
        assertThat(one.height()).isEqualTo(1);
        assertThat(scan(one, "", null)).containsExactly(name(0));
    }

    @Test
    void keysAndValuesOfTheLargestSizeAreKept() throws IOException {
        byte[] value = new byte[KeyedTree.VALUE_BYTES_MAX];
        value[12345] = 9;
        List<KeyedChange> changes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] key = new byte[KeyedTree.KEY_BYTES_MAX];
            key[KeyedTree.KEY_BYTES_MAX - 1] = (byte) i;
            changes.add(new KeyedChange.Put(key, i == 4 ? value : new byte[i]));
        }
        KeyedRoot root = tree.apply(KeyedRoot.EMPTY, changes, 1, blocks);
        assertThat(tree.get(root, changes.get(4).key())).hasValueSatisfying(v -> assertThat(v).isEqualTo(value));
        assertThat(tree.get(root, changes.get(19).key())).hasValueSatisfying(v -> assertThat(v).hasSize(19));
        assertThat(tree.check(root).damage()).isEmpty();
    }

    @Test
    void keysValuesAndBatchesOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> new KeyedChange.Delete(new byte[0])).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> new KeyedChange.Delete(new byte[KeyedTree.KEY_BYTES_MAX + 1]))
                .isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> new KeyedChange.Put(new byte[1], new byte[KeyedTree.VALUE_BYTES_MAX + 1]))
                .isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> apply(KeyedRoot.EMPTY, put("b", ""), put("a", "")))
                .isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> apply(KeyedRoot.EMPTY, put("a", ""), delete("a"))).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> tree.apply(filled(1), List.of(), version, blocks)).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void aFailedWriteLeavesTheOldVersionWhole() throws IOException {
        KeyedRoot root = filled(500);
        for (int allowed = 0; allowed < root.height(); allowed++) {
            blocks.failWritesAfter(allowed);
            assertThatThrownBy(() -> apply(root, put(name(250), "other"))).isInstanceOf(DiskFailed.class);
            assertThat(tree.check(root).damage()).isEmpty();
            assertThat(get(root, name(250))).isEqualTo("value 250");
        }
    }

    @Test
    void aRootSurvivesItsEncodingAndAWrongOneIsRefused() throws IOException {
        MemorySegment memory = MemorySegment.ofArray(new byte[KeyedRoot.BYTES + 3]);
        KeyedRoot root = filled(100);
        root.encode(memory, 3);
        assertThat(KeyedRoot.decode(memory, 3, "here")).isEqualTo(root);
        memory.set(ValueLayout.JAVA_BYTE, 3 + 12, (byte) 99);
        assertThatThrownBy(() -> KeyedRoot.decode(memory, 3, "here"))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("here: root height is 99");
        KeyedRoot.EMPTY.encode(memory, 0);
        assertThat(KeyedRoot.decode(memory, 0, "here")).isEqualTo(KeyedRoot.EMPTY);
    }

    @Test
    void checkNamesAnUnreadableBlockAndCountsTheRest() throws IOException {
        KeyedRoot root = filled(500);
        KeyedReport sound = tree.check(root);
        assertThat(sound.damage()).isEmpty();
        assertThat(sound.entryCount()).isEqualTo(500);
        assertThat(sound.blockBytes()).isEqualTo(root.blockBytes()).isEqualTo(blocks.bytesWritten());
        KeyedRoot next = apply(root, put(name(250), "other"));
        // The newest leaf is the first block that the second batch wrote.
        BlockRef leaf = new BlockRef(blocks.firstAddressOf(next.block().version()), 0, next.block().version());
        blocks.damage(leaf);
        KeyedReport damaged = tree.check(next);
        assertThat(damaged.damage()).hasSize(1);
        assertThat(damaged.leafCount()).isEqualTo(sound.leafCount() - 1);
        assertThat(tree.check(root).damage()).isEmpty();
    }

    @Test
    void aDifferenceReadsOnlyWhatTheVersionsDoNotShare() throws IOException {
        KeyedRoot before = filled(100_000);
        KeyedRoot after = apply(before, put(name(500), "new"), delete(name(70_000)), put("key/zzz", "added"));
        long readBefore = blocks.readCount();
        assertThat(difference(before, after)).containsExactly("key/000500", "key/070000", "key/zzz");
        assertThat(blocks.readCount() - readBefore)
                .as("blocks read: at most a path for each change in each version")
                .isLessThanOrEqualTo(2L * 3 * after.height());
        readBefore = blocks.readCount();
        assertThat(difference(before, before)).isEmpty();
        assertThat(blocks.readCount()).isEqualTo(readBefore);
    }

    @Test
    void aDifferenceIsCheapWhenFirstChildrenAreGone() throws IOException {
        KeyedRoot before = filled(100_000);
        List<KeyedChange> deletes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            deletes.add(delete(name(i)));
        }
        KeyedRoot after = tree.apply(before, deletes, ++version, blocks);
        long readBefore = blocks.readCount();
        assertThat(difference(before, after)).hasSize(300);
        assertThat(difference(after, before)).hasSize(300);
        assertThat(blocks.readCount() - readBefore).isLessThan(300);
    }

    private List<String> difference(KeyedRoot before, KeyedRoot after) throws IOException {
        List<String> keys = new ArrayList<>();
        try (KeyedDifference difference = tree.difference(before, after, new byte[0], null)) {
            while (difference.next()) {
                keys.add(new String(difference.key(), UTF_8));
            }
        }
        return keys;
    }

    @Test
    void aCountReadsOnePathForEachEnd() throws IOException {
        KeyedRoot root = filled(100_000);
        long readBefore = blocks.readCount();
        assertThat(tree.count(root, name(10).getBytes(UTF_8), name(90_000).getBytes(UTF_8))).isEqualTo(89_990);
        assertThat(tree.count(root, name(10).getBytes(UTF_8), name(5).getBytes(UTF_8))).isZero();
        assertThat(blocks.readCount() - readBefore).isLessThanOrEqualTo(4L * root.height());
    }
}
