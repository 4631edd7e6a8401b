package io.distil.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.MergePolicy;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.segment.MemoryBlocks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Random histories against a naive model: after every commit the tree is checked against its definition, and every kind of
/// question is asked of the new version, of older ones, and of the new version under changes not yet committed.
class SeriesTreeRandomTest {
    private static final int COMMITS = 40;

    static Stream<TreeShape> shapes() {
        return Stream.of(
                new TreeShape(1, 2),
                new TreeShape(2, 2),
                new TreeShape(3, 4),
                new TreeShape(8, 3),
                new TreeShape(16, 8),
                new TreeShape(50, 64),
                TreeShape.DEFAULT);
    }

    @AfterEach
    void nothingIsLeftOffHeap() {
        assertThat(OffHeap.bytes(MemoryOwner.TREE_COMMIT)).isZero();
        assertThat(OffHeap.bytes(MemoryOwner.BATCHES)).isZero();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyQuestionIsAnsweredAsTheModelDoes(TreeShape shape) throws IOException {
        for (int round = 0; round < 4; round++) {
            long seed = Long.getLong("distil.seed", System.nanoTime());
            try {
                runHistory(shape, new Random(seed));
            } catch (Throwable e) {
                throw new AssertionError(shape + " failed; replay with -Ddistil.seed=" + seed, e);
            }
        }
    }

    private static void runHistory(TreeShape shape, Random random) throws IOException {
        try (MemoryBlocks blocks = new MemoryBlocks()) {
            SeriesTree tree = new SeriesTree(blocks, shape);
            List<SeriesRoot> roots = new ArrayList<>(List.of(SeriesRoot.EMPTY));
            List<ModelSeries> models = new ArrayList<>(List.of(new ModelSeries()));
            TimeMaker times = new TimeMaker(random);
            for (int major = 1; major <= COMMITS; major++) {
                SeriesRoot before = roots.getLast();
                ModelSeries modelBefore = models.getLast();
                ListedOverlay changes = changes(random, times, modelBefore);
                ModelSeries model = modelBefore.with(changes);
                TreeQuestions.compare(tree, before, changes, model, random);

                SeriesRoot root = tree.commit(before, changes, major, blocks);
                tree.check(root);
                TreeQuestions.compare(tree, root, Overlay.NONE, model, random);
                if (model.points.equals(modelBefore.points)) {
                    assertThat(root).isSameAs(before);
                }
                assertThat(StoredShape.of(blocks, root))
                        .isEqualTo(StoredShape.of(blocks, builtAtOnce(tree, blocks, model)));
                roots.add(root);
                models.add(model);

                int older = random.nextInt(roots.size());
                TreeQuestions.compare(tree, roots.get(older), Overlay.NONE, models.get(older), random);
                int other = random.nextInt(roots.size());
                for (int resolutionLog2 : new int[] {0, random.nextInt(63), random.nextInt(10)}) {
                    TreeQuestions.compareChanges(tree, before, modelBefore, root, model, resolutionLog2);
                    TreeQuestions.compareChanges(
                            tree,
                            roots.get(older),
                            models.get(older),
                            roots.get(other),
                            models.get(other),
                            resolutionLog2);
                }
            }
            assertThat(blocks.pinnedCount()).isZero();
        }
    }

    private static SeriesRoot builtAtOnce(SeriesTree tree, MemoryBlocks blocks, ModelSeries model) throws IOException {
        ListedOverlay all = new ListedOverlay();
        model.points.forEach((time, values) -> values.forEach(value -> all.insert(time, value, MergePolicy.NEVER)));
        return tree.commit(SeriesRoot.EMPTY, all, 1, blocks);
    }

    private static ListedOverlay changes(Random random, TimeMaker times, ModelSeries model) {
        ListedOverlay changes = new ListedOverlay(random.nextBoolean());
        int steps = 1 + random.nextInt(4);
        for (int step = 0; step < steps; step++) {
            int dice = random.nextInt(10);
            if (dice < 2) {
                changes.erase(TreeQuestions.range(model, random));
            } else if (dice == 2 && random.nextInt(3) == 0) {
                changes.erase(TimeRange.ALL);
            } else {
                MergePolicy policy = MergePolicy.ofNumber(random.nextInt(5) % 4);
                int count = random.nextInt(60);
                times.choose();
                for (int i = 0; i < count; i++) {
                    changes.insert(times.next(model), value(random), policy);
                }
            }
        }
        return changes;
    }

    private static double value(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(3);
            case 1 -> -0.0;
            case 2 -> 1e6 + random.nextDouble();
            default -> random.nextGaussian();
        };
    }

    /// Times as they come in life: in order, near each other, repeated, anywhere, and at the edges.
    private static final class TimeMaker {
        private final Random random;
        private long clock = -500;
        private int manner;
        private long step;

        TimeMaker(Random random) {
            this.random = random;
        }

        void choose() {
            manner = random.nextInt(6);
            step = 1L << random.nextInt(20);
        }

        long next(ModelSeries model) {
            return switch (manner) {
                case 0 -> clock = Math.min(clock + random.nextLong(step) + 1, Times.LIMIT - 1);
                case 1 -> random.nextInt(400) - 200;
                case 2 -> 7 + random.nextInt(2);
                case 3 -> Times.MIN + random.nextLong(1L << 62);
                case 4 -> random.nextBoolean() ? Times.MIN + random.nextInt(3) : Times.LIMIT - 1 - random.nextInt(3);
                default -> model.points.isEmpty() ? 0 : TreeQuestions.range(model, random).from();
            };
        }
    }
}
