package io.distil.replication.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamKey;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class TabletSetTest {
    private static final String SPACE = "plants";

    private static byte[] key(int b) {
        return new byte[] {(byte) b};
    }

    private static TabletSet apply(TabletSet set, TabletCommand command) {
        return TabletRules.apply(set, command, true);
    }

    private static void assertWrongTablet(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_TABLET))
                .hasMessageContaining(message);
    }

    @Test
    void theRootGroupOwnsWhatNobodyEverSpokeOfAndOthersOwnNothing() {
        TabletSet root = TabletSet.initial(1);
        assertThat(root.isWhole()).isTrue();
        root.checkWrite(SPACE, key(5));
        root.checkRead(ClusterMap.STREAMS, KeyRange.ALL);
        TabletSet other = TabletSet.initial(2);
        assertWrongTablet(() -> other.checkWrite(SPACE, key(5)), "group 2");
        assertThat(other.shows(SPACE, key(5))).isFalse();
    }

    @Test
    void aSplitTabletIsTwoNeighboursOfTheNextGeneration() {
        TabletSet set = TabletSet.initial(1);
        long whole = TabletSet.wholeSpaceId(SPACE);
        set = apply(set, new TabletCommand.Split(SPACE, whole, 1, key(0x80), 1000));
        assertThat(set.tablets(SPACE)).extracting(OwnedTablet::id).containsExactly(whole, 1000L);
        assertThat(set.tablets(SPACE)).extracting(OwnedTablet::generation).containsExactly(2L, 2L);
        assertThat(set.at(SPACE, key(0x7f)).orElseThrow().id()).isEqualTo(whole);
        assertThat(set.at(SPACE, key(0x80)).orElseThrow().id()).isEqualTo(1000);
        set.checkWrite(SPACE, KeyRange.ALL);
        set.checkWrite("another", KeyRange.ALL);
    }

    @Test
    void aCommandThatWasDoneChangesNothingAndOneThatDoesNotFitIsRefused() {
        long whole = TabletSet.wholeSpaceId(SPACE);
        TabletCommand split = new TabletCommand.Split(SPACE, whole, 1, key(0x80), 1000);
        TabletSet set = apply(TabletSet.initial(1), split);
        assertThat(apply(set, split)).isSameAs(set);
        for (TabletCommand misfit :
                List.of(
                        new TabletCommand.Split(SPACE, whole, 1, key(0x40), 1001),
                        new TabletCommand.Split(SPACE, 77, 1, key(0x40), 1001),
                        new TabletCommand.Merge(SPACE, 1000, 2, whole, 2),
                        new TabletCommand.Seal(SPACE, 1000, 1, new KeyRange(key(0x80), null), 1001, 2, 0),
                        new TabletCommand.Drop(SPACE, 1000, 1001),
                        new TabletCommand.Adopt(SPACE, 1002, 1, new KeyRange(key(5), key(6)), 1003, 2),
                        new TabletCommand.Activate(SPACE, 1002, 1003))) {
            TabletSet present = set;
            if (misfit instanceof TabletCommand.Activate) {
                // The one that would find nothing to do: no such tablet.
                assertThatThrownBy(() -> apply(present, misfit)).hasMessageContaining("has no tablet 1002");
            } else {
                assertThatThrownBy(() -> apply(present, misfit))
                        .isInstanceOfSatisfying(
                                Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_CONFLICT));
            }
        }
        TabletSet merged = apply(set, new TabletCommand.Merge(SPACE, whole, 2, 1000, 2));
        assertThat(merged.tablets(SPACE)).hasSize(1).first().extracting(OwnedTablet::generation).isEqualTo(3L);
    }

    @Test
    void aSplitAtTheEdgeOfATabletIsRefused() {
        TabletSet set =
                apply(
                        TabletSet.initial(1),
                        new TabletCommand.Split(SPACE, TabletSet.wholeSpaceId(SPACE), 1, key(0x80), 1000));
        assertThatThrownBy(() -> apply(set, new TabletCommand.Split(SPACE, 1000, 2, key(0x80), 1001)))
                .hasMessageContaining("strictly inside");
        assertThatThrownBy(() -> apply(set, new TabletCommand.Split(SPACE, 1000, 2, key(0x10), 1001)))
                .hasMessageContaining("strictly inside");
    }

    @Test
    void aSealedTabletIsReadAndNotWritten() {
        long whole = TabletSet.wholeSpaceId(SPACE);
        TabletSet set = TabletSet.initial(1);
        set = apply(set, new TabletCommand.Split(SPACE, whole, 1, key(0x80), 1000));
        TabletSet sealed =
                apply(set, new TabletCommand.Seal(SPACE, 1000, 2, new KeyRange(key(0x80), null), 1001, 2, 0));
        sealed.checkRead(SPACE, KeyRange.ALL);
        sealed.checkWrite(SPACE, key(0x7f));
        assertWrongTablet(() -> sealed.checkWrite(SPACE, key(0x80)), "SEALED, for group 2 in move 1001");
        assertWrongTablet(() -> sealed.checkWrite(SPACE, KeyRange.ALL), "SEALED");
        TabletSet left = apply(sealed, new TabletCommand.Drop(SPACE, 1000, 1001));
        assertWrongTablet(() -> left.checkRead(SPACE, key(0x80)), "LEAVING, for group 2");
        TabletSet swept = apply(left, new TabletCommand.Sweep(SPACE, 1000, 1001, new KeyRange(key(0x80), null)));
        assertThat(swept.tablets(SPACE)).hasSize(1);
        assertWrongTablet(() -> swept.checkRead(SPACE, key(0x80)), "went to another group");
    }

    @Test
    void theRootGroupRemembersThatItGaveAWholeSpaceAway() {
        long whole = TabletSet.wholeSpaceId(SPACE);
        TabletSet set = TabletSet.initial(1);
        set = apply(set, new TabletCommand.Seal(SPACE, whole, 1, KeyRange.ALL, 1001, 2, 0));
        set = apply(set, new TabletCommand.Drop(SPACE, whole, 1001));
        set = apply(set, new TabletCommand.Sweep(SPACE, whole, 1001, KeyRange.ALL));
        TabletSet gone = TabletSet.of(1, set.tablets());
        assertWrongTablet(() -> gone.checkWrite(SPACE, key(1)), "another group");
        gone.checkWrite("another", key(1));
        TabletSet back = apply(gone, new TabletCommand.Adopt(SPACE, whole, 2, KeyRange.ALL, 1002, 2));
        assertWrongTablet(() -> back.checkRead(SPACE, key(1)), "LOADING, from group 2");
        TabletSet served = apply(back, new TabletCommand.Activate(SPACE, whole, 1002));
        served.checkWrite(SPACE, key(1));
        assertThat(served.tablets(SPACE)).hasSize(1).first().extracting(OwnedTablet::generation).isEqualTo(3L);
    }

    @Test
    void mutationsOfStreamsBelongToTheTabletsOfTheirTimes() {
        StreamId stream = new StreamId(7, 8);
        long boundary = 1L << 49;
        TabletSet set =
                apply(
                        TabletSet.initial(1),
                        new TabletCommand.Split(ClusterMap.STREAMS, 1, 1, StreamKey.of(stream, boundary), 1000));
        KeyRange right = new KeyRange(StreamKey.of(stream, boundary), null);
        TabletSet sealed = apply(set, new TabletCommand.Seal(ClusterMap.STREAMS, 1000, 2, right, 1001, 2, 0));
        Ownership.checkWrite(sealed, new Mutation.Delete(stream, new TimeRange(0, boundary)));
        assertWrongTablet(
                () -> Ownership.checkWrite(sealed, new Mutation.Delete(stream, new TimeRange(0, boundary + 1))),
                "SEALED");
        Ownership.checkWrite(sealed, new Mutation.Flush(new StreamId(7, 7)));
        assertWrongTablet(() -> Ownership.checkWrite(sealed, new Mutation.Flush(stream)), "SEALED");
        assertWrongTablet(() -> Ownership.checkWrite(sealed, new Mutation.Flush(new StreamId(7, 9))), "SEALED");
        try (PointBatch batch = new PointBatch(2)) {
            batch.append(boundary - 1, 1);
            Ownership.checkWrite(sealed, new Mutation.Insert(stream, batch.columns(), MergePolicy.NEVER));
            batch.append(boundary, 1);
            Ownership.checkWrite(set, new Mutation.Insert(stream, batch.columns(), MergePolicy.NEVER));
            assertWrongTablet(
                    () -> Ownership.checkWrite(sealed, new Mutation.Insert(stream, batch.columns(), MergePolicy.NEVER)),
                    "SEALED");
        }
    }

    @Test
    void rowsBelongToTheTabletsOfTheirKeys() {
        TabletSet set =
                apply(
                        TabletSet.initial(1),
                        new TabletCommand.Split(SPACE, TabletSet.wholeSpaceId(SPACE), 1, key(0x80), 1000));
        TabletSet sealed =
                apply(set, new TabletCommand.Seal(SPACE, 1000, 2, new KeyRange(key(0x80), null), 1001, 2, 0));
        KeyWrite below = KeyWrite.set(key(1), key(1));
        KeyWrite above = KeyWrite.set(key(0x81), key(1));
        Ownership.checkWrite(sealed, new Mutation.WriteTable(SPACE, List.of(below)));
        assertWrongTablet(
                () -> Ownership.checkWrite(sealed, new Mutation.WriteTable(SPACE, List.of(below, above))), "SEALED");
    }

    /// Splits and merges at random, against a list of boundaries.
    @Test
    void anySplitsAndMergesLeaveEachKeyOneTablet() {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("tablet set: seed " + seed);
        Random random = new Random(seed);
        TabletSet set = TabletSet.initial(1);
        List<Integer> boundaries = new ArrayList<>();
        long nextId = TabletSet.COUNTED_ID_FROM;
        for (int i = 0; i < 400; i++) {
            int b = 1 + random.nextInt(255);
            OwnedTablet holder = set.at(SPACE, key(b)).orElseThrow();
            if (!boundaries.contains(b)) {
                set = apply(set, new TabletCommand.Split(SPACE, holder.id(), holder.generation(), key(b), nextId++));
                boundaries.add(b);
            } else {
                OwnedTablet left = set.at(SPACE, key(b - 1)).orElseThrow();
                set =
                        apply(
                                set,
                                new TabletCommand.Merge(
                                        SPACE, left.id(), left.generation(), holder.id(), holder.generation()));
                boundaries.remove((Integer) b);
            }
            boundaries.sort(null);
            List<OwnedTablet> tablets = TabletSet.of(1, set.tablets()).tablets(SPACE);
            assertThat(tablets).hasSize(boundaries.size() + 1);
            for (int t = 0; t < boundaries.size(); t++) {
                assertThat(tablets.get(t).range().until()).isEqualTo(key(boundaries.get(t)));
                assertThat(Arrays.equals(tablets.get(t).range().until(), tablets.get(t + 1).range().from())).isTrue();
            }
            set.checkWrite(SPACE, KeyRange.ALL);
        }
    }
}
