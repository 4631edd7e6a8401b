package io.distil.integration.history;

import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.integration.history.RegisterAction.Ending;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Histories of one key: made in order and blurred in time, so that they are linearizable, and then often spoiled.
final class RandomRegisterHistories {
    private static final int OPERATIONS_MAX = 7;
    private static final int VALUES = 3;

    private RandomRegisterHistories() {}

    static List<Operation<RegisterAction>> small(Random random) {
        RegisterSpec spec = new RegisterSpec();
        RegisterSpec.State state = spec.initial();
        List<Operation<RegisterAction>> history = new ArrayList<>();
        int count = 1 + random.nextInt(OPERATIONS_MAX);
        boolean withVersions = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            RegisterAction action = answered(random, state, withVersions ? new Version(0, i + 1) : null);
            long moment = 10L * i;
            boolean isInDoubt = action instanceof RegisterAction.Write write && write.ending() == Ending.IN_DOUBT;
            if (!isInDoubt || random.nextBoolean()) {
                state = spec.step(state, action).orElse(state);
            }
            long called = moment - random.nextInt(25);
            history.add(new Operation<>(i, action, called, isInDoubt ? Operation.NEVER : moment + random.nextInt(25)));
        }
        for (int spoils = random.nextInt(4); spoils > 0; spoils--) {
            spoil(history, random);
        }
        return history;
    }

    /// Gives an operation another answer, or another place in time.
    private static void spoil(List<Operation<RegisterAction>> history, Random random) {
        int place = random.nextInt(history.size());
        Operation<RegisterAction> before = history.get(place);
        RegisterSpec.State other = new RegisterSpec.State(value(random), null);
        RegisterAction action = random.nextBoolean() ? before.action() : answered(random, other, null);
        boolean isInDoubt = action instanceof RegisterAction.Write write && write.ending() == Ending.IN_DOUBT;
        long called = before.calledNanos() + random.nextInt(60) - 30;
        history.set(
                place,
                new Operation<>(place, action, called, isInDoubt ? Operation.NEVER : called + random.nextInt(25)));
    }

    /// A question with the answer that `state` gives.
    private static RegisterAction answered(Random random, RegisterSpec.State state, Version version) {
        if (random.nextInt(5) < 2) {
            return new RegisterAction.Read(state.value(), state.version());
        }
        KeyWrite.Condition condition =
                switch (random.nextInt(5)) {
                    case 0 -> KeyWrite.ABSENT;
                    case 1 -> KeyWrite.PRESENT;
                    case 2 ->
                            new KeyWrite.Condition.ValueIs(value(random).orElse("v0").getBytes(StandardCharsets.UTF_8));
                    case 3 -> new KeyWrite.Condition.WrittenAt(new Version(0, random.nextInt(5)));
                    default -> KeyWrite.ALWAYS;
                };
        Optional<String> value = value(random);
        if (random.nextInt(4) == 0) {
            return new RegisterAction.Write(condition, value, Ending.IN_DOUBT, null);
        }
        RegisterAction.Write failed = new RegisterAction.Write(condition, value, Ending.CONDITION_FAILED, null);
        return new RegisterSpec().step(state, failed).isPresent()
                ? failed
                : new RegisterAction.Write(condition, value, Ending.DONE, version);
    }

    private static Optional<String> value(Random random) {
        int choice = random.nextInt(VALUES + 1);
        return choice == VALUES ? Optional.empty() : Optional.of("v" + choice);
    }
}
