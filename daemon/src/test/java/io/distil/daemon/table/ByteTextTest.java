package io.distil.daemon.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

/// Bytes as they are typed and shown.
class ByteTextTest {
    private static final long SEED = Long.getLong("distil.seed", System.nanoTime());

    @ParameterizedTest
    @EnumSource(names = {"ESCAPED", "HEX", "BASE64"})
    void whatIsShownCanBeTypedAgain(ByteText form) {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = bytes(random);
            String shown = form.format(bytes);
            assertThat(form.parse(shown)).as("seed %d, round %d: %s", SEED, round, shown).isEqualTo(bytes);
            assertThat(shown.codePoints().noneMatch(Character::isISOControl)).isTrue();
        }
    }

    /// Half of them text with some noise in it, because noise alone hardly ever forms a character.
    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(12)];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            String text =
                    random.ints(4, 0, 0x2100)
                            .filter(c -> c < 0xd800)
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                            .toString();
            byte[] utf8 = (text + "\\x" + "é\u202e🙂").getBytes(StandardCharsets.UTF_8);
            int cut = random.nextInt(utf8.length + 1);
            byte[] joined = java.util.Arrays.copyOf(utf8, cut + bytes.length);
            System.arraycopy(bytes, 0, joined, cut, bytes.length);
            return joined;
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "TEXT, a b, 612062",
        "TEXT, a\\x00, 615c783030",
        "TEXT, é, c3a9",
        "ESCAPED, a\\x00, 6100",
        "ESCAPED, \\\\x, 5c78",
        "ESCAPED, é\\xff, c3a9ff",
        "HEX, 00fF, 00ff",
        "HEX, '', ''",
        "BASE64, YQ, 61",
        "BASE64, YQ==, 61"
    })
    void typedFormsGiveTheseBytes(ByteText form, String typed, String hex) {
        assertThat(HexFormat.of().formatHex(form.parse(typed))).isEqualTo(hex);
    }

    @ParameterizedTest
    @CsvSource({
        "61ff62, a\\xffb",
        "5c, \\\\",
        "e282ac, €",
        "e282, \\xe2\\x82",
        "e2e282ac, \\xe2€",
        "c2a0, \\xc2\\xa0",
        "e280ae, \\xe2\\x80\\xae",
        "f09f9982, 🙂",
        "c080, \\xc0\\x80",
        "0a1b, \\x0a\\x1b"
    })
    void onlyWhatStandsForItselfIsShownAsItIs(String hex, String shown) {
        assertThat(ByteText.TEXT.format(HexFormat.of().parseHex(hex))).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "ESCAPED, a\\, backslash",
        "ESCAPED, \\n, backslash",
        "ESCAPED, \\x1, backslash",
        "ESCAPED, \\xgg, backslash",
        "HEX, abc, not hexadecimal",
        "HEX, zz, not hexadecimal",
        "BASE64, a, not base64",
        "BASE64, '-_', not base64"
    })
    void whatCannotBeReadIsRefusedInASentence(ByteText form, String typed, String sentence) {
        assertThatThrownBy(() -> form.parse(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + typed + "'")
                .hasMessageContaining(sentence);
    }

    @Test
    void whatTheLocaleCouldNotReadIsRefusedRatherThanStored() {
        assertThatThrownBy(() -> ByteText.TEXT.parse("caf\ufffd")).hasMessageContaining("--as hex");
    }
}
