package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class ExamplesTest {
    @Test
    void everyExampleIsAcceptedByTheAlgorithmItNames() throws Exception {
        List<Path> examples;
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            examples = files.sorted().toList();
        }
        assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
        for (Path example : examples) {
            DistillateSpec spec = SpecCodec.read(Files.readString(example));
            assertThat(Definition.of(spec, Algorithms.SHIPPED).leadNanos()).isPositive();
        }
    }
}
