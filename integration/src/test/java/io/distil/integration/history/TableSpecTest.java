package io.distil.integration.history;

import static io.distil.integration.history.RegisterAction.Ending.CONDITION_FAILED;
import static io.distil.integration.history.RegisterAction.Ending.DONE;
import static io.distil.integration.history.RegisterAction.Ending.IN_DOUBT;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.integration.history.TableAction.Batch;
import io.distil.integration.history.TableAction.Part;
import io.distil.integration.history.TableAction.ReadAll;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Batches of several keys: whole or not at all, and each at one moment.
class TableSpecTest {
    private final List<Operation<TableAction>> history = new ArrayList<>();

    private TableSpecTest batch(RegisterAction.Ending ending, long called, Part... parts) {
        long returned = ending == IN_DOUBT ? Operation.NEVER : called + 5;
        history.add(new Operation<>(history.size(), new Batch(List.of(parts), ending), called, returned));
        return this;
    }

    private TableSpecTest read(String a, String b, long called) {
        TableAction read = new ReadAll(new TreeMap<>(Map.of("a", a, "b", b)));
        history.add(new Operation<>(history.size(), read, called, called + 5));
        return this;
    }

    private static Part part(String key, String expected, String value) {
        return new Part(key, Optional.of(expected), Optional.of(value));
    }

    private boolean isLinearizable() {
        TableSpec spec = new TableSpec(new TreeMap<>(Map.of("a", "1", "b", "1")));
        Verdict<TableAction> verdict = Linearizability.check(spec, history, Linearizability.Limits.DEFAULT);
        assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
        return verdict instanceof Verdict.Linearizable;
    }

    @Test
    void aBatchIsSeenWhole() {
        batch(DONE, 0, part("a", "1", "0"), part("b", "1", "2")).read("0", "2", 10);
        assertThat(isLinearizable()).isTrue();
    }

    @Test
    void aBatchSeenByHalfIsFound() {
        batch(DONE, 0, part("a", "1", "0"), part("b", "1", "2")).read("0", "1", 3).read("0", "2", 10);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aBatchInDoubtIsWholeToo() {
        batch(IN_DOUBT, 0, part("a", "1", "0"), part("b", "1", "2")).read("1", "1", 10).read("0", "2", 20);
        assertThat(isLinearizable()).isTrue();
        read("0", "1", 30);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aBatchThatFailedThoughAllItsConditionsHeldIsFound() {
        batch(CONDITION_FAILED, 0, part("a", "1", "0"), part("b", "1", "2"));
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aBatchMayFailForOneOfItsConditions() {
        batch(CONDITION_FAILED, 0, part("a", "1", "0"), part("b", "7", "2")).read("1", "1", 10);
        assertThat(isLinearizable()).isTrue();
    }

    @Test
    void twoBatchesThatBothSawTheSameStateAreFound() {
        batch(DONE, 0, part("a", "1", "2"), part("b", "1", "1"))
                .batch(DONE, 0, part("b", "1", "2"), part("a", "1", "1"));
        assertThat(isLinearizable()).isFalse();
    }
}
