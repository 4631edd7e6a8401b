package io.distil.replication.tablet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.LogPosition;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Who was answered early learns what became of the entry, and does not wait longer than it takes to know.
class PositionWaitersTest {
    private final PositionWaiters waiters = new PositionWaiters(NanoClock.SYSTEM);
    private final CompletableFuture<Void> future = new CompletableFuture<>();

    private void isReverted() {
        assertThat(future).isDone();
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.REVERTED));
    }

    @Test
    void anEntryIsThereWhenItsPositionIsAppliedInItsTerm() {
        waiters.untilDecided(new LogPosition(1, 3, 100), 0, future);
        TermHistory terms = TermHistory.EMPTY.with(3, 50);
        waiters.poll(99, terms, null);
        assertThat(future).isNotDone();
        waiters.poll(100, terms, null);
        assertThat(future).isCompleted();
    }

    @Test
    void anEntryInWhosePlaceAnotherTermStandsIsReverted() {
        waiters.untilDecided(new LogPosition(1, 3, 100), 0, future);
        waiters.poll(120, TermHistory.EMPTY.with(3, 50).with(4, 100), null);
        isReverted();
    }

    @Test
    void anEntryIsRevertedAsSoonAsALaterTermBeginsBeforeIt() {
        waiters.untilDecided(new LogPosition(1, 3, 100), 0, future);
        waiters.poll(92, TermHistory.EMPTY.with(3, 50).with(4, 91), null);
        isReverted();
    }

    @Test
    void whoAsksLaterLearnsItAtOnce() {
        TermHistory terms = TermHistory.EMPTY.with(3, 50).with(4, 91);
        waiters.poll(92, terms, null);
        waiters.untilDecided(new LogPosition(1, 3, 100), 0, future);
        waiters.poll(92, terms, null);
        isReverted();
    }

    @Test
    void aLaterTermBehindAnEntryDecidesNothing() {
        waiters.untilDecided(new LogPosition(1, 4, 100), 0, future);
        waiters.poll(92, TermHistory.EMPTY.with(3, 50).with(4, 91), null);
        assertThat(future).isNotDone();
        waiters.poll(101, TermHistory.EMPTY.with(3, 50).with(4, 91).with(5, 101), null);
        assertThat(future).isCompleted();
    }
}
