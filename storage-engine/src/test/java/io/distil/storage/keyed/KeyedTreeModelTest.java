package io.distil.storage.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.CorruptBlock;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.segment.MemoryBlocks;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Random batches against a sorted map, at every version so far, with blocks from tiny to the usual size.
class KeyedTreeModelTest {
    private static final int[] BLOCK_BYTES = {64, 100, 256, 1000, 4096, KeyedTree.DEFAULT_BLOCK_BYTES_MAX};

    private record Published(KeyedRoot root, NavigableMap<byte[], byte[]> model) {}

    private static long seed() {
        return Long.getLong("distil.seed", System.nanoTime());
    }

    private static NavigableMap<byte[], byte[]> emptyModel() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    @Test
    void everyVersionEqualsASortedMap() throws IOException {
        long seed = seed();
        System.out.println("KeyedTreeModelTest: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        for (int blockBytes : BLOCK_BYTES) {
            for (int round = 0; round < 6; round++) {
                try (MemoryBlocks blocks = new MemoryBlocks()) {
                    runHistory(new KeyedTree(blocks, blockBytes), blocks, new Keys(random), random);
                }
            }
        }
    }

    private static void runHistory(KeyedTree tree, MemoryBlocks blocks, Keys keys, Random random) throws IOException {
        List<Published> history = new ArrayList<>();
        history.add(new Published(KeyedRoot.EMPTY, emptyModel()));
        for (int step = 0; step < 25; step++) {
            Published last = history.getLast();
            NavigableMap<byte[], byte[]> model = emptyModel();
            model.putAll(last.model());
            List<KeyedChange> batch = batch(model, keys, random);
            KeyedRoot root = tree.apply(last.root(), batch, step + 1, blocks);
            history.add(new Published(root, model));
            compare(tree, history.getLast(), keys, random);
            compare(tree, history.get(random.nextInt(history.size())), keys, random);
        }
        for (Published published : history) {
            compare(tree, published, keys, random);
            Published other = history.get(random.nextInt(history.size()));
            compareDifference(tree, published, other, new byte[0], null);
            compareDifference(tree, other, published, keys.next(), random.nextInt(4) == 0 ? null : keys.next());
        }
        assertThat(blocks.pinnedCount()).isZero();
    }

    /// A batch, already applied to the model: spread over all keys, or a run of neighbours, or mostly deletes.
    private static List<KeyedChange> batch(NavigableMap<byte[], byte[]> model, Keys keys, Random random) {
        NavigableMap<byte[], KeyedChange> changes = new TreeMap<>(Arrays::compareUnsigned);
        int size = 1 << random.nextInt(8);
        int deletePercent = new int[] {0, 20, 50, 95}[random.nextInt(4)];
        byte[] near = random.nextInt(3) == 0 ? keys.next() : null;
        for (int i = 0; i < size; i++) {
            byte[] key = keys.next();
            if (near != null || random.nextInt(100) < deletePercent) {
                byte[] present = model.ceilingKey(near == null ? key : near);
                key = present == null ? key : present;
                near = near == null || present == null ? null : Arrays.copyOf(present, present.length + 1);
                near = near == null || near.length > KeyedTree.KEY_BYTES_MAX ? null : near;
            }
            changes.put(
                    key,
                    random.nextInt(100) < deletePercent
                            ? new KeyedChange.Delete(key)
                            : new KeyedChange.Put(key, value(random)));
        }
        for (KeyedChange change : changes.values()) {
            switch (change) {
                case KeyedChange.Put put -> model.put(put.key(), put.value());
                case KeyedChange.Delete delete -> model.remove(delete.key());
            }
        }
        return new ArrayList<>(changes.values());
    }

    private static byte[] value(Random random) {
        int bytes =
                switch (random.nextInt(20)) {
                    case 0 -> random.nextInt(10_000);
                    case 1 -> 0;
                    case 2, 3 -> random.nextInt(300);
                    default -> random.nextInt(24);
                };
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return value;
    }

    private static void compare(KeyedTree tree, Published published, Keys keys, Random random) throws IOException {
        KeyedRoot root = published.root();
        NavigableMap<byte[], byte[]> model = published.model();
        assertThat(tree.check(root).damage()).isEmpty();
        assertThat(root.entryCount()).isEqualTo(model.size());
        compareRange(tree, root, model, new byte[0], null);
        for (int i = 0; i < 5; i++) {
            byte[] a = keys.next();
            byte[] b = random.nextInt(5) == 0 ? null : keys.next();
            if (b == null) {
                compareRange(tree, root, model.tailMap(a, true), a, null);
            } else if (Arrays.compareUnsigned(a, b) <= 0) {
                compareRange(tree, root, model.subMap(a, true, b, false), a, b);
            }
            compareGet(tree, root, model, a);
            byte[] present = model.ceilingKey(a);
            if (present != null) {
                compareGet(tree, root, model, present);
            }
        }
    }

    private static void compareGet(KeyedTree tree, KeyedRoot root, NavigableMap<byte[], byte[]> model, byte[] key)
            throws IOException {
        assertThat(tree.get(root, key).orElse(null)).isEqualTo(model.get(key));
        assertThat(tree.contains(root, key)).isEqualTo(model.containsKey(key));
    }

    private static void compareRange(
            KeyedTree tree, KeyedRoot root, NavigableMap<byte[], byte[]> wanted, byte[] from, byte[] until)
            throws IOException {
        assertThat(tree.count(root, from, until)).isEqualTo(wanted.size());
        try (KeyedCursor cursor = tree.scan(root, from, until)) {
            compareEntries(cursor, wanted);
        }
        try (KeyedCursor cursor = tree.scanBackward(root, from, until)) {
            compareEntries(cursor, wanted.descendingMap());
        }
    }

    private static void compareEntries(KeyedCursor cursor, NavigableMap<byte[], byte[]> wanted) throws IOException {
        for (var entry : wanted.entrySet()) {
            assertThat(cursor.next()).isTrue();
            if (!Arrays.equals(cursor.key(), entry.getKey()) || !Arrays.equals(cursor.value(), entry.getValue())) {
                assertThat(cursor.key()).isEqualTo(entry.getKey());
                assertThat(cursor.value()).isEqualTo(entry.getValue());
            }
        }
        assertThat(cursor.next()).isFalse();
        assertThat(cursor.next()).isFalse();
    }

    private static void compareDifference(KeyedTree tree, Published before, Published after, byte[] from, byte[] until)
            throws IOException {
        NavigableMap<byte[], byte[]> all = emptyModel();
        all.putAll(before.model());
        all.putAll(after.model());
        try (KeyedDifference difference = tree.difference(before.root(), after.root(), from, until)) {
            for (byte[] key : all.tailMap(from, true).keySet()) {
                boolean inRange = until == null || Arrays.compareUnsigned(key, until) < 0;
                if (inRange && !Arrays.equals(before.model().get(key), after.model().get(key))) {
                    assertThat(difference.next()).isTrue();
                    assertThat(difference.key()).isEqualTo(key);
                    assertThat(difference.before()).isEqualTo(before.model().get(key));
                    assertThat(difference.after()).isEqualTo(after.model().get(key));
                }
            }
            assertThat(difference.next()).isFalse();
            assertThat(difference.next()).isFalse();
        }
    }

    @Test
    void readersSeeTheirVersionWhileBatchesAreApplied() throws Exception {
        long seed = seed();
        System.out.println("KeyedTreeModelTest: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        try (MemoryBlocks blocks = new MemoryBlocks();
                ExecutorService readers = Executors.newFixedThreadPool(3)) {
            KeyedTree tree = new KeyedTree(blocks, 256);
            Keys keys = new Keys(random);
            Published last = new Published(KeyedRoot.EMPTY, emptyModel());
            List<Future<?>> reads = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                NavigableMap<byte[], byte[]> model = emptyModel();
                model.putAll(last.model());
                last = new Published(tree.apply(last.root(), batch(model, keys, random), step + 1, blocks), model);
                Published seen = last;
                reads.add(
                        readers.submit(() -> {
                            compareRange(tree, seen.root(), seen.model(), new byte[0], null);
                            return null;
                        }));
            }
            for (Future<?> read : reads) {
                read.get();
            }
        }
    }

    /// Whatever a block says once its checksum no longer protects it: an answer or {@link CorruptBlock}, nothing else.
    @Test
    void aBlockOfNonsenseIsRefusedAndNeverRunsWild() throws IOException {
        long seed = seed();
        System.out.println("KeyedTreeModelTest: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        int refusedCount = 0;
        for (int round = 0; round < 400; round++) {
            try (MemoryBlocks blocks = new MemoryBlocks()) {
                KeyedTree tree = new KeyedTree(blocks, 256);
                Keys keys = new Keys(random);
                KeyedRoot before = tree.apply(KeyedRoot.EMPTY, batch(emptyModel(), keys, random), 1, blocks);
                KeyedRoot root = tree.apply(before, batch(emptyModel(), keys, random), 2, blocks);
                if (root.isEmpty()) {
                    continue;
                }
                flipBits(blocks, root, random);
                try (KeyedCursor cursor = tree.scan(root, new byte[0], null)) {
                    tree.get(root, keys.next());
                    while (cursor.next()) {
                        cursor.value();
                    }
                } catch (CorruptBlock e) {
                    refusedCount++;
                }
                try (KeyedDifference difference = tree.difference(before, root, new byte[0], null)) {
                    tree.count(root, keys.next(), keys.next());
                    while (difference.next()) {
                        assertThat(difference.key()).isNotNull();
                    }
                } catch (CorruptBlock e) {
                    refusedCount++;
                }
                tree.check(root);
                assertThat(blocks.pinnedCount()).isZero();
            }
        }
        assertThat(refusedCount).isPositive();
    }

    private static void flipBits(MemoryBlocks blocks, KeyedRoot root, Random random) throws IOException {
        BlockRef ref = root.block();
        BlockKind kind = root.height() == 1 ? BlockKind.KEYED_LEAF : BlockKind.KEYED_NODE;
        byte[] bytes;
        try (Block block = blocks.read(ref, kind)) {
            bytes = block.body().toArray(ValueLayout.JAVA_BYTE);
        }
        for (int i = 0; i <= random.nextInt(3); i++) {
            bytes[random.nextInt(random.nextBoolean() ? bytes.length : Math.min(40, bytes.length))] ^=
                    (byte) (1 << random.nextInt(8));
        }
        blocks.replaceBody(ref, MemorySegment.ofArray(bytes));
    }

    /// Keys of one manner: few and short, with a long common prefix, numbers, or very long.
    private static final class Keys {
        private final Random random;
        private final int manner;

        Keys(Random random) {
            this.random = random;
            manner = random.nextInt(4);
        }

        byte[] next() {
            return switch (manner) {
                case 0 -> random(1 + random.nextInt(3), 4);
                case 1 -> join("collections/of/some/length/".getBytes(), random(1 + random.nextInt(8), 256));
                case 2 -> join(new byte[] {7, 0, 0}, random(2, 256));
                default -> join(random(1, 3), random(random.nextInt(KeyedTree.KEY_BYTES_MAX), 2));
            };
        }

        private byte[] random(int bytes, int alphabet) {
            byte[] key = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                key[i] = (byte) (random.nextInt(alphabet) * 85);
            }
            return key;
        }

        private static byte[] join(byte[] a, byte[] b) {
            byte[] joined = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, joined, a.length, b.length);
            return joined;
        }
    }
}
