package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamDescriptor;
import io.distil.distillates.DistillateRegistry.Change;
import io.distil.distillates.DistillateRegistry.Ensured;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class DistillateRegistryTest {
    private final Fixture fixture = new Fixture();
    private final DistillateRegistry registry = fixture.registry;

    @Test
    void outputsAreCreatedAndSayWhichDistillateMadeThem() throws Exception {
        registry.ensure(Fixture.mean("mean", "plant/temperature", "1h"));
        StreamDescriptor output = StreamRefs.named(fixture.store, "plant", "mean").getFirst().descriptor();
        assertThat(output.tags()).isEqualTo(Map.of("name", "mean", "distillate", "mean"));
        assertThat(output.annotations())
                .isEqualTo(Map.of("distillate.algorithm", "moving-statistics", "distillate.output", "mean"));
    }

    @Test
    void theSameSpecificationAgainChangesNothing() throws Exception {
        DistillateSpec spec = Fixture.mean("mean", "plant/temperature", "1h");
        assertThat(registry.ensure(spec)).isEqualTo(new Ensured(1, Change.REGISTERED));
        long applied = fixture.store.model.appliedCount();
        assertThat(registry.ensure(spec)).isEqualTo(new Ensured(1, Change.NONE));
        assertThat(fixture.store.model.appliedCount()).isEqualTo(applied);
        assertThat(registry.list()).containsExactly(spec);
    }

    @Test
    void aChangedSpecificationIsANewRevisionAndComputesEverythingAgain() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100, 10);
        registry.ensure(Fixture.mean("mean", "plant/temperature", 10L));
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
            assertThat(fixture.points("plant/mean").getLast().value()).isEqualTo(90);
            assertThat(registry.ensure(Fixture.mean("mean", "plant/temperature", 20L)))
                    .isEqualTo(new Ensured(2, Change.REPLACED));
            assertThat(registry.status("mean").state()).isEqualTo(DistillateStatus.State.BEHIND);
            Fixture.drain(runner);
        }
        assertThat(fixture.points("plant/mean").getLast().value()).isEqualTo(85);
    }

    @Test
    void anObliteratedOutputIsMadeAnew() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100, 10);
        DistillateSpec spec = Fixture.mean("mean", "plant/temperature", 10L);
        registry.ensure(spec);
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
            StreamId output = StreamRefs.ids(StreamRefs.named(fixture.store, "plant", "mean")).getFirst();
            fixture.store.submit(new Mutation.Obliterate(output)).join();
            assertThat(registry.ensure(spec)).isEqualTo(new Ensured(1, Change.OUTPUTS_RESTORED));
            Fixture.drain(runner);
        }
        assertThat(fixture.points("plant/mean")).hasSize(10);
    }

    @Test
    void somebodyElsesStreamIsNeverAnOutput() throws Exception {
        fixture.create(new StreamId(0, 2), "plant", "pressure");
        assertRefused(
                ErrorCode.DISTILLATE_CONFLICT,
                "outputs[0]: stream plant/pressure exists and was not made by a distillate",
                () -> registry.ensure(Fixture.mean("pressure", "plant/temperature", 10L)));

        registry.ensure(Fixture.mean("mean", "plant/temperature", 10L));
        DistillateSpec thief =
                new DistillateSpec(
                        "thief",
                        "moving-statistics",
                        1,
                        List.of("plant/temperature"),
                        List.of(new DistillateSpec.Output("mean", "plant", "mean")),
                        Map.of("window", 10L),
                        -1,
                        -1);
        assertRefused(
                ErrorCode.DISTILLATE_CONFLICT,
                "outputs[0]: plant/mean is an output of distillate mean",
                () -> registry.ensure(thief));
        registry.remove("mean");
        assertRefused(
                ErrorCode.DISTILLATE_CONFLICT,
                "outputs[0]: stream plant/mean exists and was made by distillate mean",
                () -> registry.ensure(thief));
    }

    @Test
    void anOutputThatFeedsItselfIsRefused() throws Exception {
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                "outputs[0]: plant/temperature is also inputs[0]",
                () -> registry.ensure(Fixture.mean("temperature", Fixture.TEMPERATURE.toString(), 10L)));
        registry.ensure(Fixture.mean("a", "plant/temperature", 10L));
        registry.ensure(Fixture.mean("b", "plant/a", 10L));
        registry.ensure(Fixture.mean("c", "plant/b", 10L));
        assertRefused(
                ErrorCode.DISTILLATE_CONFLICT,
                "outputs: plant/a feeds, through other distillates, an input of a",
                () -> registry.ensure(Fixture.mean("a", "plant/c", 10L)));
    }

    @Test
    void whatTheAlgorithmDoesNotKnowIsRefusedByName() {
        DistillateSpec good = Fixture.mean("mean", "plant/temperature", "1h");
        assertRefusedSpec(good, "moving-statistics", "moving-average", "algorithm: there is no 'moving-average'");
        assertRefusedSpec(good, "{\"name\"", "{\"algorithmVersion\":7,\"name\"", "algorithmVersion: version 7");
        assertRefusedSpec(good, "\"output\":\"mean\"", "\"output\":\"median\"", "outputs[0].output: moving-statistics");
        assertRefusedSpec(good, "\"1h\"", "true", "parameters.window: 'true' is not a length of time");
        assertRefusedSpec(good, "{\"name\"", "{\"leadNanos\":5,\"name\"", "leadNanos: 5 ns is less than the 3600");
        assertRefused(
                ErrorCode.NO_SUCH_STREAM,
                "inputs[0]: there is no stream plant/nothing",
                () -> registry.ensure(Fixture.mean("mean", "plant/nothing", "1h")));
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                "inputs[0]: 'temperature' is neither COLLECTION/NAME nor a UUID",
                () -> registry.ensure(Fixture.mean("mean", "temperature", "1h")));
        assertRefused(
                ErrorCode.NO_SUCH_STREAM,
                "inputs[0]: there is no stream 00000000-0000-0009-0000-000000000009",
                () -> registry.ensure(Fixture.mean("mean", new StreamId(9, 9).toString(), "1h")));
    }

    private void assertRefusedSpec(DistillateSpec good, String find, String replacement, String sentence) {
        String json = SpecCodec.toJson(good).toString();
        assertThat(json).contains(find);
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                sentence,
                () -> registry.ensure(SpecCodec.read(json.replace(find, replacement))));
    }

    @Test
    void aRemovedDistillateKeepsItsOutputsAndCanComeBack() throws Exception {
        fixture.insert(Fixture.TEMPERATURE, 1, 2, 3);
        DistillateSpec spec = Fixture.mean("mean", "plant/temperature", 10L);
        registry.ensure(spec);
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
            assertThat(registry.remove("mean")).isEqualTo(spec.outputs());
            assertThat(registry.list()).isEmpty();
            fixture.insert(Fixture.TEMPERATURE, 4);
            Fixture.drain(runner);
            assertThat(fixture.points("plant/mean")).hasSize(3);
            registry.ensure(spec);
            Fixture.drain(runner);
            assertThat(fixture.points("plant/mean")).hasSize(4);
        }
        assertRefused(ErrorCode.NO_SUCH_DISTILLATE, "there is no distillate x", () -> registry.remove("x"));
        assertRefused(ErrorCode.NO_SUCH_DISTILLATE, "there is no distillate x", () -> registry.status("x"));
    }

    @Test
    void theRevisionOfACursorNeverComesAgain() throws Exception {
        DistillateSpec spec = Fixture.mean("mean", "plant/temperature", 10L);
        registry.ensure(spec);
        long first = fixture.store.record("distillate/mean/cursor").orElseThrow().revision();
        registry.remove("mean");
        registry.ensure(spec);
        assertThat(fixture.store.record("distillate/mean/cursor").orElseThrow().revision()).isGreaterThan(first);
    }

    @Test
    void statusShowsVersionsAndWhatIsWaiting() throws Exception {
        registry.ensure(Fixture.mean("mean", "plant/temperature", 1_000_000_000L));
        fixture.insert(Fixture.TEMPERATURE, 1, 2, 3);
        DistillateStatus before = registry.status("mean");
        assertThat(before.state()).isEqualTo(DistillateStatus.State.BEHIND);
        assertThat(before.rangesWaiting()).isEqualTo(1);
        assertThat(before.pointsWaiting()).isEqualTo(3);
        assertThat(before.inputs().getFirst().seen()).isEmpty();
        assertThat(before.ranAtNanos()).isZero();
        try (DistillateRunner runner = fixture.runner(Fixture.OPTIONS)) {
            Fixture.drain(runner);
        }
        DistillateStatus after = registry.status("mean");
        assertThat(after.state()).isEqualTo(DistillateStatus.State.CURRENT);
        assertThat(after.rangesWaiting()).isZero();
        assertThat(after.pointsWaiting()).isZero();
        assertThat(after.inputs().getFirst().seen()).isPresent().isEqualTo(after.inputs().getFirst().present());
        assertThat(after.ranAtNanos()).isPositive();
    }

    private static void assertRefused(ErrorCode code, String sentence, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith(sentence)
                .satisfies(e -> assertThat(((Refused) e).code()).isEqualTo(code));
    }
}
