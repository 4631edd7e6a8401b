package io.distil.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.StreamId;
import io.distil.storage.store.Table.Part;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class TableTest {
    private static final StreamId ID = new StreamId(-1, 2);
    private final Table versions = new Table(200, "series-versions", Part.STREAM, Part.NUMBER);
    private final Table names = new Table(2, "names", Part.TEXT, Part.NUMBER, Part.TEXT);

    @Test
    void partsComeBackAsTheyWentIn() throws CorruptBlock {
        byte[] key = versions.key().stream(ID).number(17).bytes();
        assertThat(key).hasSize(25);
        assertThat(versions.stream(key, 0)).isEqualTo(ID);
        assertThat(versions.number(key, 1)).isEqualTo(17);

        byte[] name = names.key().text("größe").number(5).text("").bytes();
        assertThat(names.text(name, 0)).isEqualTo("größe");
        assertThat(names.number(name, 1)).isEqualTo(5);
        assertThat(names.text(name, 2)).isEmpty();
    }

    @Test
    void theOrderOfBytesIsTheOrderOfTheParts() {
        byte[][] ascending = {
            names.key().text("").number(9).text("z").bytes(),
            names.key().text("a").number(1).text("b").bytes(),
            names.key().text("a").number(1).text("ba").bytes(),
            names.key().text("a").number(255).text("").bytes(),
            names.key().text("a").number(256).text("").bytes(),
            names.key().text("a").number(Long.MAX_VALUE).text("").bytes(),
            names.key().text("ab").number(0).text("").bytes(),
            versions.key().stream(new StreamId(1, 1)).number(9).bytes(),
            versions.key().stream(ID).number(0).bytes(),
        };
        for (int i = 1; i < ascending.length; i++) {
            assertThat(Arrays.compareUnsigned(ascending[i - 1], ascending[i])).as("pair %d", i).isNegative();
        }
    }

    @Test
    void aPrefixBeginsEveryKeyWithTheseParts() {
        byte[] prefix = versions.key().stream(ID).prefix();
        byte[] key = versions.key().stream(ID).number(17).bytes();
        assertThat(Arrays.copyOf(key, prefix.length)).isEqualTo(prefix);
        assertThat(versions.prefix()).containsExactly(200);
    }

    @Test
    void partsThatDoNotBelongAreRefused() {
        assertThatThrownBy(() -> versions.key().number(1)).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> versions.key().stream(ID).bytes()).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> versions.key().stream(ID).number(1).number(2)).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> versions.key().stream(ID).number(-1)).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> names.key().text("a\0b")).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> names.key().text("x".repeat(2000)).prefix()).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> new Table(0, "zero", Part.NUMBER)).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void keysOfOtherTablesAndCutOnesAreCorrupt() {
        byte[] key = versions.key().stream(ID).number(17).bytes();
        assertThatThrownBy(() -> names.text(key, 0)).isInstanceOf(CorruptBlock.class);
        byte[] cut = Arrays.copyOf(key, 20);
        assertThatThrownBy(() -> versions.number(cut, 1)).isInstanceOf(CorruptBlock.class);
        byte[] unfinished = {2, 'a', 'b'};
        assertThatThrownBy(() -> names.text(unfinished, 0)).isInstanceOf(CorruptBlock.class);
    }

    @Test
    void aKeyIsDescribedForPeople() {
        assertThat(versions.describe(versions.key().stream(ID).number(17).bytes()))
                .isEqualTo("series-versions ffffffff-ffff-ffff-0000-000000000002 17");
        assertThat(names.describe(names.key().text("a").number(3).text("b").bytes())).isEqualTo("names 'a' 3 'b'");
        assertThat(versions.describe(new byte[] {(byte) 200, 1})).isEqualTo("series-versions malformed key c801");
    }
}
