package io.distil.integration.history;

import io.distil.base.Version;
import io.distil.base.api.KeyWrite;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// One key of a table, after the rules of {@link KeyWrite}.
///
/// A row also tells the version that wrote it. Of a write in doubt, and of one acknowledged before it was applied, that
/// version is not known until somebody reads the row; until then the state's version is unknown (null) and agrees with any.
public final class RegisterSpec implements SequentialSpec<RegisterSpec.State, RegisterAction> {
    /// @param value empty if the key is not there
    /// @param version that wrote the row, or null: unknown, or no row
    public record State(Optional<String> value, Version version) {
        static final State ABSENT = new State(Optional.empty(), null);

        @Override
        public String toString() {
            return value.map(text -> text + (version == null ? "" : " written at " + version)).orElse("absent");
        }
    }

    private final State initial;

    public RegisterSpec() {
        this(State.ABSENT);
    }

    public RegisterSpec(State initial) {
        this.initial = initial;
    }

    @Override
    public State initial() {
        return initial;
    }

    @Override
    public Optional<State> step(State state, RegisterAction action) {
        return switch (action) {
            case RegisterAction.Read read -> read(state, read);
            case RegisterAction.Write write -> write(state, write);
        };
    }

    @Override
    public boolean isReadOnly(RegisterAction action) {
        return switch (action) {
            case RegisterAction.Read _ -> true;
            case RegisterAction.Write write -> write.ending() == RegisterAction.Ending.CONDITION_FAILED;
        };
    }

    private static Optional<State> read(State state, RegisterAction.Read read) {
        if (!read.value().equals(state.value)) {
            return Optional.empty();
        }
        if (state.value.isEmpty() || read.version() == null) {
            return Optional.of(state);
        }
        boolean agrees = state.version == null || state.version.equals(read.version());
        return agrees ? Optional.of(new State(state.value, read.version())) : Optional.empty();
    }

    private static Optional<State> write(State state, RegisterAction.Write write) {
        boolean mayHold = mayHold(write.condition(), state, true);
        boolean mayFail = !mayHold(write.condition(), state, false);
        return switch (write.ending()) {
            case CONDITION_FAILED -> mayFail ? Optional.of(state) : Optional.empty();
            // One in doubt whose condition does not hold changes nothing, which it may do at any other time as well.
            case DONE, IN_DOUBT ->
                    mayHold
                            ? Optional.of(
                                    write.value().isPresent()
                                            ? new State(write.value(), write.version())
                                            : State.ABSENT)
                            : Optional.empty();
        };
    }

    /// @param ifUnknown the answer where the state does not tell
    private static boolean mayHold(KeyWrite.Condition condition, State state, boolean ifUnknown) {
        return switch (condition) {
            case KeyWrite.Condition.Always _ -> true;
            case KeyWrite.Condition.Absent _ -> state.value.isEmpty();
            case KeyWrite.Condition.Present _ -> state.value.isPresent();
            case KeyWrite.Condition.WrittenAt(Version version) ->
                    state.value.isPresent() && (state.version == null ? ifUnknown : state.version.equals(version));
            case KeyWrite.Condition.ValueIs(byte[] value) ->
                    state.value.isPresent() && state.value.get().equals(new String(value, StandardCharsets.UTF_8));
        };
    }
}
