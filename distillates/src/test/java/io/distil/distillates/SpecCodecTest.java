package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SpecCodecTest {
    private static final String YAML =
            """
            name: moving-mean
            algorithm: moving-statistics
            algorithmVersion: 1
            inputs: [plant/line1/temperature]
            outputs:
              - {collection: plant/line1/moving, name: mean}
              - {collection: plant/line1/moving, name: spread, output: stddev}
            parameters:
              window: 1h
            leadNanos: 2h
            trailingNanos: 5
            """;

    @Test
    void everyFieldIsRead() {
        assertThat(SpecCodec.read(YAML))
                .isEqualTo(
                        new DistillateSpec(
                                "moving-mean",
                                "moving-statistics",
                                1,
                                List.of("plant/line1/temperature"),
                                List.of(
                                        new DistillateSpec.Output("mean", "plant/line1/moving", "mean"),
                                        new DistillateSpec.Output("stddev", "plant/line1/moving", "spread")),
                                Map.of("window", "1h"),
                                7_200_000_000_000L,
                                5));
    }

    @Test
    void jsonComesBackAsItWentOut() {
        DistillateSpec spec = SpecCodec.read(YAML);
        assertThat(SpecCodec.read(SpecCodec.toJson(spec).toString())).isEqualTo(spec);
        assertThat(SpecCodec.read(SpecCodec.toJson(spec).toPrettyString())).isEqualTo(spec);
        DistillateSpec shorter =
                SpecCodec.read(
                        """
                        {"name": "a", "algorithm": "b", "inputs": ["c/d"], "outputs": [{"collection": "e", "name": "f"}],
                         "parameters": {"whole": 1, "number": 1.5, "truth": false, "text": "1h"}}
                        """);
        assertThat(shorter.leadNanos()).isEqualTo(DistillateSpec.BY_ALGORITHM);
        assertThat(shorter.parameters()).isEqualTo(Map.of("whole", 1L, "number", 1.5, "truth", false, "text", "1h"));
        assertThat(SpecCodec.read(SpecCodec.toJson(shorter).toString())).isEqualTo(shorter);
    }

    @Test
    void aWrongFieldIsRefusedByName() {
        assertRefused("name: moving-mean", "", "name: missing");
        assertRefused("name: moving-mean", "name: [a]", "name: '' is not a text");
        assertRefused("name: moving-mean", "name: 'Moving Mean'", "name: 'Moving Mean' is not 1..63 characters");
        assertRefused("name: moving-mean", "name: a/b", "name: 'a/b' is not");
        assertRefused("algorithm: moving", "algorithmus: moving", "algorithmus: unknown; known are algorithm, ");
        assertRefused("algorithmVersion: 1", "algorithmVersion: one", "algorithmVersion: 'one' is not a positive");
        assertRefused("algorithmVersion: 1", "algorithmVersion: 0", "algorithmVersion: '0' is not a positive");
        assertRefused("inputs: [plant/line1/temperature]", "", "inputs: missing");
        assertRefused("[plant/line1/temperature]", "temperature", "inputs: not a list");
        assertRefused("[plant/line1/temperature]", "[]", "inputs: 0 given");
        assertRefused("[plant/line1/temperature]", "[1]", "inputs[0]: not a text");
        assertRefused("name: spread,", "name: mean,", "outputs[1].name: plant/line1/moving/mean is written twice");
        assertRefused("output: stddev", "output: mean", "outputs[1].output: 'mean' is asked for twice");
        assertRefused("output: stddev", "role: stddev", "outputs[1].role: unknown");
        assertRefused("collection: plant/line1/moving, name: mean", "name: mean", "outputs[0].collection: missing");
        assertRefused("window: 1h", "window: [1h]", "parameters.window: not a text, a finite number or a truth value");
        assertRefused("window: 1h", "window: 1.0e+999", "parameters.window: not a text, a finite number");
        assertRefused("window: 1h", "window: .nan", "not YAML: ");
        assertRefused("leadNanos: 2h", "leadNanos: -1", "leadNanos: -1 ns is negative");
        assertRefused("leadNanos: 2h", "leadNanos: 1.5", "leadNanos: '1.5' is neither");
        assertRefused("trailingNanos: 5", "trailingNanos: 5 parsecs", "trailingNanos: '5 parsecs' is not a length");
        assertRefused("trailingNanos: 5", "trailingNanos: 2^63", "trailingNanos: '2^63' is not a length");
        assertRefused("trailingNanos: 5", "trailingNanos: 999999999d", "trailingNanos: '999999999d' is not a length");
        assertRefused("name: moving-mean", "name: a\nname: b", "not YAML: ");
    }

    @Test
    void aFileThatIsNoMappingIsRefused() {
        for (String text : List.of("", "[]", "moving", "{", "a: b: c")) {
            assertThatThrownBy(() -> SpecCodec.read(text)).isInstanceOf(Refused.class);
        }
    }

    private static void assertRefused(String find, String replacement, String sentence) {
        assertThat(YAML).contains(find);
        assertThatThrownBy(() -> SpecCodec.read(YAML.replace(find, replacement)))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith(sentence)
                .satisfies(e -> assertThat(((Refused) e).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
}
