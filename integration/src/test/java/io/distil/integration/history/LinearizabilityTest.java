package io.distil.integration.history;

import static io.distil.integration.history.Operation.NEVER;
import static io.distil.integration.history.RegisterAction.Ending.CONDITION_FAILED;
import static io.distil.integration.history.RegisterAction.Ending.DONE;
import static io.distil.integration.history.RegisterAction.Ending.IN_DOUBT;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.integration.history.Linearizability.Limits;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Histories whose verdict a person can tell, and many random ones whose verdict {@link BruteForce} tells.
class LinearizabilityTest {
    private final List<Operation<RegisterAction>> history = new ArrayList<>();

    private LinearizabilityTest set(String value, long called, long returned) {
        return write(KeyWrite.ALWAYS, Optional.of(value), called, returned);
    }

    private LinearizabilityTest delete(long called, long returned) {
        return write(KeyWrite.ALWAYS, Optional.empty(), called, returned);
    }

    private LinearizabilityTest insert(String value, long called, long returned) {
        return write(KeyWrite.ABSENT, Optional.of(value), called, returned);
    }

    private LinearizabilityTest swap(String from, String to, long called, long returned) {
        return write(valueIs(from), Optional.of(to), called, returned);
    }

    private LinearizabilityTest write(
            KeyWrite.Condition condition, Optional<String> value, long called, long returned) {
        RegisterAction.Ending ending = returned == NEVER ? IN_DOUBT : DONE;
        return add(new RegisterAction.Write(condition, value, ending, null), called, returned);
    }

    private LinearizabilityTest failed(KeyWrite.Condition condition, long called, long returned) {
        return add(
                new RegisterAction.Write(condition, Optional.of("never seen"), CONDITION_FAILED, null),
                called,
                returned);
    }

    private LinearizabilityTest get(String value, long called, long returned) {
        return add(new RegisterAction.Read(Optional.ofNullable(value), null), called, returned);
    }

    private LinearizabilityTest add(RegisterAction action, long called, long returned) {
        history.add(new Operation<>(history.size(), action, called, returned));
        return this;
    }

    private static KeyWrite.Condition valueIs(String value) {
        return new KeyWrite.Condition.ValueIs(value.getBytes(StandardCharsets.UTF_8));
    }

    private void isLinearizable() {
        Verdict<RegisterAction> verdict = Linearizability.check(new RegisterSpec(), history, Limits.DEFAULT);
        assertThat(verdict).isInstanceOf(Verdict.Linearizable.class);
        BruteForce.assertIsOrder(new RegisterSpec(), history, ((Verdict.Linearizable<RegisterAction>) verdict).order());
    }

    private Verdict.NotLinearizable<RegisterAction> isNotLinearizable() {
        Verdict<RegisterAction> verdict = Linearizability.check(new RegisterSpec(), history, Limits.DEFAULT);
        assertThat(verdict).isInstanceOf(Verdict.NotLinearizable.class);
        return (Verdict.NotLinearizable<RegisterAction>) verdict;
    }

    @Test
    void nothingIsLinearizable() {
        isLinearizable();
    }

    @Test
    void aReadMaySeeAWriteThatOverlapsIt() {
        set("a", 0, 100).get("a", 10, 20).get("a", 30, 40).isLinearizable();
    }

    @Test
    void aReadMayMissAWriteThatOverlapsIt() {
        set("a", 0, 10).set("b", 20, 100).get("a", 30, 40).get("b", 50, 60).isLinearizable();
    }

    @Test
    void aStaleReadIsFound() {
        set("a", 0, 10).set("b", 20, 30).get("a", 40, 50).isNotLinearizable();
    }

    @Test
    void aReadThatGoesBackBehindAnotherIsFound() {
        set("a", 0, 10).set("b", 20, 100).get("b", 30, 40).get("a", 50, 60).isNotLinearizable();
    }

    @Test
    void aReadFromTheFutureIsFound() {
        get("a", 0, 10).set("a", 20, 30).isNotLinearizable();
    }

    @Test
    void aLostUpdateIsFound() {
        set("a", 0, 10).swap("a", "b", 20, 100).swap("a", "c", 20, 100).isNotLinearizable();
    }

    @Test
    void aLostWriteIsFound() {
        insert("a", 0, 10).get(null, 20, 30).isNotLinearizable();
    }

    @Test
    void aWriteAppliedTwiceIsFound() {
        set("a", 0, 10).get("a", 12, 14).set("b", 20, 30).get("b", 40, 50).get("a", 60, 70).isNotLinearizable();
    }

    @Test
    void aDeletedRowThatComesBackIsFound() {
        set("a", 0, 10).delete(20, 30).get(null, 40, 50).get("a", 60, 70).isNotLinearizable();
    }

    @Test
    void twoInsertsOfOneAbsentKeyAreFound() {
        insert("a", 0, 100).insert("b", 0, 100).isNotLinearizable();
    }

    @Test
    void twoLeadersWhoseReadersDisagreeAreFound() {
        // Both writes overlap with everything; but one side sees a, then b, and the other b, then a.
        set("a", 0, 100).set("b", 0, 100);
        get("a", 10, 20).get("b", 30, 40);
        get("b", 10, 20).get("a", 30, 40);
        isNotLinearizable();
    }

    @Test
    void aConditionThatFailedWithoutReasonIsFound() {
        set("a", 0, 10).failed(KeyWrite.PRESENT, 20, 30).isNotLinearizable();
    }

    @Test
    void aFailedConditionMayBeExplainedByAWriteInDoubt() {
        set("a", 0, 10).delete(15, NEVER).failed(KeyWrite.PRESENT, 20, 30).isLinearizable();
    }

    @Test
    void aWriteInDoubtMayHappenLateOrNever() {
        set("a", 0, 10).set("b", 20, NEVER).get("a", 30, 40).get("a", 50, 60).get("b", 70, 80).isLinearizable();
    }

    @Test
    void aWriteInDoubtHappensOnlyOnce() {
        set("b", 0, NEVER).get("b", 10, 20).set("a", 30, 40).get("b", 50, 60).isNotLinearizable();
    }

    @Test
    void aWriteInDoubtDoesNotHappenBeforeItsCall() {
        get("a", 0, 10).set("a", 20, NEVER).isNotLinearizable();
    }

    @Test
    void aSwapInDoubtHappensOnlyWhereItsConditionHolds() {
        set("a", 0, 10).swap("x", "b", 20, NEVER).get("b", 30, 40).isNotLinearizable();
    }

    @Test
    void equalTimesOverlap() {
        set("a", 0, 10).set("b", 10, 20).get("a", 30, 40).isLinearizable();
    }

    @Test
    void aRowThatNamesAnotherWritesVersionIsFound() {
        RegisterAction.Write first =
                new RegisterAction.Write(KeyWrite.ALWAYS, Optional.of("a"), DONE, new Version(0, 7));
        add(first, 0, 10).add(new RegisterAction.Read(Optional.of("a"), new Version(0, 7)), 20, 30).isLinearizable();
        add(new RegisterAction.Read(Optional.of("a"), new Version(0, 8)), 40, 50).isNotLinearizable();
    }

    @Test
    void theVersionOfAWriteInDoubtIsWhatItsFirstReaderSaw() {
        set("a", 0, NEVER).add(new RegisterAction.Read(Optional.of("a"), new Version(0, 7)), 20, 30);
        KeyWrite.Condition asSeen = new KeyWrite.Condition.WrittenAt(new Version(0, 7));
        write(asSeen, Optional.of("b"), 40, 50).isLinearizable();
        history.removeLast();
        failed(asSeen, 40, 50).isNotLinearizable();
    }

    @Test
    void theReportNamesTheOperationThatNothingExplains() {
        for (int i = 0; i < 50; i++) {
            set("v" + i, 100 * i, 100 * i + 10).get("v" + i, 100 * i + 20, 100 * i + 30);
        }
        get("v3", 2_040, 2_050);
        Verdict.NotLinearizable<RegisterAction> verdict = isNotLinearizable();
        assertThat(verdict.culprit()).isEqualTo(history.getLast());
        assertThat(verdict.window()).contains(history.getLast()).hasSizeLessThan(10);
        assertThat(verdict.toString())
                .contains("nothing explains\n  client 100 [0.002 ms, 0.002 ms] get → v3")
                .contains("leads to: v20");
    }

    @Test
    void aSearchWithoutTheMeansToEndSaysSo() {
        // Any subset of the deletes in doubt may have come between the inserts that failed to be explained.
        for (int i = 0; i < 40; i++) {
            swap("never", "w" + i, i, NEVER);
            set("v" + i, 0, 1_000);
        }
        get("nobody wrote this", 2_000, 2_100);
        Verdict<RegisterAction> verdict =
                Linearizability.check(new RegisterSpec(), history, new Limits(100_000, 1 << 20));
        assertThat(verdict).isInstanceOf(Verdict.Undecided.class);
        assertThat(verdict.toString()).contains("undecided: 81 operations, 40 of them in doubt: given up after");
    }

    @Test
    void manyWritesInDoubtDoNotMakeItSlow() {
        // What Knossos and others need 2^n steps for: n writes of which nobody ever hears again, then a contradiction.
        for (int i = 0; i < 100; i++) {
            set("lost" + i, 10 * i, NEVER);
            set("kept" + i, 10 * i, 10 * i + 15).get("kept" + i, 10 * i, 10 * i + 15);
        }
        Limits limits = new Limits(5_000_000, 64 << 20);
        assertThat(Linearizability.check(new RegisterSpec(), history, limits)).isInstanceOf(Verdict.Linearizable.class);
        get("kept7", 3_000, 3_010);
        assertThat(Linearizability.check(new RegisterSpec(), history, limits))
                .isInstanceOf(Verdict.NotLinearizable.class);
    }

    @Test
    void smallRandomHistoriesGetTheVerdictOfBruteForce() {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("small histories: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        int linearizable = 0;
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            List<Operation<RegisterAction>> small = RandomRegisterHistories.small(random);
            boolean expected = BruteForce.isLinearizable(new RegisterSpec(), small);
            Verdict<RegisterAction> verdict = Linearizability.check(new RegisterSpec(), small, Limits.DEFAULT);
            assertThat(verdict).as("seed %d, round %d: %s", seed, i, small).isNotInstanceOf(Verdict.Undecided.class);
            assertThat(verdict instanceof Verdict.Linearizable)
                    .as("seed %d, round %d: %s", seed, i, small)
                    .isEqualTo(expected);
            if (verdict instanceof Verdict.Linearizable<RegisterAction> found) {
                BruteForce.assertIsOrder(new RegisterSpec(), small, found.order());
                linearizable++;
            }
        }
        assertThat(linearizable).as("histories of either kind").isBetween(rounds / 5, rounds * 4 / 5);
    }
}
