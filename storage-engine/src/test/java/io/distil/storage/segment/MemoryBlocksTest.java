package io.distil.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class MemoryBlocksTest {
    private static final MemorySegment BODY = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});

    @Test
    void aBlockComesBackAsItWasWritten() throws IOException {
        try (MemoryBlocks blocks = new MemoryBlocks()) {
            BlockRef ref = blocks.write(BlockKind.SERIES_LEAF, 7, BODY, 3);
            try (Block block = blocks.read(ref, BlockKind.SERIES_LEAF)) {
                assertThat(block.body().toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
                assertThat(block.body().isReadOnly()).isTrue();
            }
        }
    }

    @Test
    void aReferenceThatDiffersInAnythingIsRefused() throws IOException {
        try (MemoryBlocks blocks = new MemoryBlocks()) {
            BlockRef ref = blocks.write(BlockKind.SERIES_LEAF, 7, BODY, 3);
            BlockRef[] wrong = {
                new BlockRef(ref.address() + 64, 3, 7),
                new BlockRef(ref.address(), 4, 7),
                new BlockRef(ref.address(), 3, 8)
            };
            for (BlockRef other : wrong) {
                assertThatThrownBy(() -> blocks.read(other, BlockKind.SERIES_LEAF)).isInstanceOf(CorruptBlock.class);
            }
            assertThatThrownBy(() -> blocks.read(ref, BlockKind.KEYED_LEAF)).isInstanceOf(CorruptBlock.class);
        }
    }

    @Test
    void aBodyIsGoneOnceItsBlockIsClosed() throws IOException {
        try (MemoryBlocks blocks = new MemoryBlocks()) {
            BlockRef ref = blocks.write(BlockKind.SERIES_LEAF, 7, BODY, 3);
            Block block = blocks.read(ref, BlockKind.SERIES_LEAF);
            MemorySegment body = block.body();
            assertThatThrownBy(blocks::close).isInstanceOf(BrokenInvariant.class);
            block.close();
            assertThatThrownBy(() -> body.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void writesFailFromWhereTheTestAskedFor() throws IOException {
        try (MemoryBlocks blocks = new MemoryBlocks()) {
            blocks.failWritesAfter(1);
            blocks.write(BlockKind.SERIES_LEAF, 7, BODY, 3);
            assertThatThrownBy(() -> blocks.write(BlockKind.SERIES_LEAF, 7, BODY, 3)).isInstanceOf(DiskFailed.class);
        }
    }
}
