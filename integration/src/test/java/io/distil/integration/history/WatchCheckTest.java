package io.distil.integration.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableWatch;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a watcher may be told, and what not.
class WatchCheckTest {
    private final WatchCheck check = new WatchCheck();

    @BeforeEach
    void twoMutationsAreAcknowledged() {
        check.done(List.of(set("a", "1"), set("b", "1")), version(1));
        check.done(List.of(set("a", "2"), KeyWrite.delete(bytes("b"))), version(2));
    }

    private static KeyWrite set(String key, String value) {
        return KeyWrite.set(bytes(key), bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Version version(int minor) {
        return new Version(3, minor);
    }

    private static TableChange change(String key, int minor, String value) {
        return new TableChange(bytes(key), version(minor), Optional.ofNullable(value).map(WatchCheckTest::bytes));
    }

    private void told(int minor, TableChange... changes) {
        check.told(new TableWatch.Batch(version(minor), false, List.of(changes)));
    }

    private void toldFirst() {
        told(1, change("a", 1, "1"), change("b", 1, "1"));
    }

    private void toldSecond() {
        told(2, change("a", 2, "2"), change("b", 2, null));
    }

    @Test
    void everyChangeInOrderIsRight() {
        toldFirst();
        toldSecond();
        assertThat(check.conclude(Map.of("a", "2"))).startsWith("2 batches told all 2 acknowledged mutations");
    }

    @Test
    void aCatchUpThatSkipsWhatWasOverwrittenIsRight() {
        check.told(new TableWatch.Batch(version(2), true, List.of(change("a", 2, "2"), change("b", 2, null))));
        assertThat(check.conclude(Map.of("a", "2"))).contains("1 of them caught up");
    }

    @Test
    void aMutationInDoubtMayBeTold() {
        check.inDoubt(List.of(set("c", "7")));
        toldFirst();
        toldSecond();
        told(3, change("c", 3, "7"));
        assertThat(check.conclude(Map.of("a", "2", "c", "7"))).contains("1 were of mutations in doubt");
    }

    @Test
    void aMissingBatchIsFound() {
        toldSecond();
        assertThatThrownBy(() -> check.conclude(Map.of("a", "2"))).hasMessageContaining("told one batch");
    }

    @Test
    void aMissingLastBatchIsFound() {
        toldFirst();
        assertThatThrownBy(() -> check.conclude(Map.of("a", "2"))).hasMessageContaining("never told: {3.2=");
    }

    @Test
    void aMissingChangeIsFound() {
        toldFirst();
        told(2, change("a", 2, "2"));
        assertThatThrownBy(() -> check.conclude(Map.of("a", "2"))).hasMessageContaining("at 3.2 the watch told");
    }

    @Test
    void aCatchUpThatForgetsARemovalIsFound() {
        toldFirst();
        check.told(new TableWatch.Batch(version(2), true, List.of(change("a", 2, "2"))));
        assertThatThrownBy(() -> check.conclude(Map.of("a", "2"))).hasMessageContaining("all changes together");
    }

    @Test
    void batchesInTheWrongOrderAreFound() {
        toldSecond();
        assertThatThrownBy(this::toldFirst).hasMessageContaining("after 3.2 the watch told through 3.1");
    }

    @Test
    void aBatchToldTwiceIsFound() {
        check.inDoubt(List.of(set("c", "7")));
        toldFirst();
        toldSecond();
        told(3, change("c", 3, "7"));
        told(4, change("c", 4, "7"));
        assertThatThrownBy(() -> check.conclude(Map.of("a", "2", "c", "7"))).hasMessageContaining("told it twice");
    }

    @Test
    void oneVersionForTwoMutationsIsFound() {
        assertThatThrownBy(() -> check.done(List.of(set("a", "9")), version(2)))
                .hasMessageContaining("two mutations were answered with version 3.2");
    }
}
