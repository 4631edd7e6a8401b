package io.distil.base.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// What every {@link StreamStore} must do. A test class for an implementation extends this and opens one.
public abstract class StreamStoreContract {
    private static final StreamId ID = new StreamId(1, 2);

    private StreamStore store;
    private long[] offHeapBefore;

    /// A new, empty store. {@link StreamStore#close} must release everything it holds.
    protected abstract StreamStore open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        offHeapBefore = offHeapBytes();
        store = open();
    }

    @AfterEach
    void closeStoreAndFindNothingLeft() throws Exception {
        store.close();
        assertThat(offHeapBytes()).as("off-heap bytes by owner").isEqualTo(offHeapBefore);
    }

    private static long[] offHeapBytes() {
        long[] bytes = new long[MemoryOwner.values().length];
        for (MemoryOwner owner : MemoryOwner.values()) {
            bytes[owner.ordinal()] = OffHeap.bytes(owner);
        }
        return bytes;
    }

    @Test
    void aCreatedStreamIsFoundByIdCollectionTagsAndAnnotations() throws Exception {
        StreamDescriptor d =
                new StreamDescriptor(
                        ID, "plant/line1", Map.of("name", "temperature", "unit", "degC"), Map.of("site", "north"), 1);
        store.submit(new Mutation.Create(d)).join();
        create(new StreamId(3, 4), "plant/line2", "temperature");

        assertThat(store.info(ID)).isEqualTo(new StreamInfo(d, Version.ZERO));
        assertThat(find(StreamFilter.ofPrefix("plant/"))).hasSize(2);
        assertThat(find(StreamFilter.ofName("plant/line1", "temperature"))).containsExactly(ID);
        assertThat(find(new StreamFilter("", true, Map.of("unit", Optional.empty()), Map.of()))).containsExactly(ID);
        assertThat(find(new StreamFilter("", true, Map.of(), Map.of("site", Optional.of("south"))))).isEmpty();
        assertThat(store.collections("plant")).containsExactly("plant/line1", "plant/line2");
        assertThat(store.collections("x")).isEmpty();
    }

    @Test
    void aDuplicateIsRefusedWithADistinctCode() {
        create(ID, "c", "a");
        assertRefused(ErrorCode.STREAM_ID_EXISTS, descriptor(ID, "c", "b"));
        assertRefused(ErrorCode.STREAM_NAME_EXISTS, descriptor(new StreamId(5, 5), "c", "a"));
        store.submit(new Mutation.Obliterate(ID)).join();
        assertRefused(ErrorCode.STREAM_ID_OBLITERATED, descriptor(ID, "c", "a"));
        create(new StreamId(5, 5), "c", "a");
    }

    @Test
    void anObliteratedStreamIsGone() throws Exception {
        create(ID, "c", "a");
        insert(MergePolicy.NEVER, 1, 1.0);
        store.submit(new Mutation.Obliterate(ID)).join();
        assertThat(store.collections("")).isEmpty();
        assertThat(find(StreamFilter.ALL)).isEmpty();
        assertThatThrownBy(() -> store.info(ID)).satisfies(refusedWith(ErrorCode.NO_SUCH_STREAM));
        assertThatThrownBy(() -> store.snapshot(ID, VersionSelector.LATEST))
                .satisfies(refusedWith(ErrorCode.NO_SUCH_STREAM));
    }

    @Test
    void aStalePropertyVersionIsRefusedAndNothingChanges() throws Exception {
        create(ID, "c", "a");
        Outcome outcome = store.submit(new Mutation.Annotate(ID, 1, Map.of("k", "v"), Set.of())).join();
        assertThat(outcome.propertyVersion()).isEqualTo(2);
        assertRefused(ErrorCode.STALE_PROPERTY_VERSION, new Mutation.Annotate(ID, 1, Map.of("k", "w"), Set.of()));
        assertThat(store.info(ID).descriptor().annotations()).containsExactlyEntriesOf(Map.of("k", "v"));
        store.submit(new Mutation.Annotate(ID, 2, Map.of(), Set.of("k"))).join();
        assertThat(store.info(ID).descriptor().annotations()).isEmpty();
    }

    @Test
    void everyMergePolicyHoldsInTheBatchInTheBufferAndInTheTree() throws Exception {
        create(ID, "c", "a");
        insert(MergePolicy.NEVER, 10, 1.0, 10, 1.0, 20, 5.0);
        store.flush(ID).join();
        insert(MergePolicy.EQUAL, 10, 1.0, 10, 2.0, 10, 2.0);
        assertThat(values()).containsExactly(1.0, 1.0, 2.0, 5.0);
        insert(MergePolicy.RETAIN, 10, 9.0, 30, 7.0, 30, 8.0);
        assertThat(values()).containsExactly(1.0, 1.0, 2.0, 5.0, 7.0);
        insert(MergePolicy.REPLACE, 10, 3.0, 10, 4.0, 30, 6.0);
        assertThat(values()).containsExactly(4.0, 5.0, 6.0);
        store.flush(ID).join();
        assertThat(values()).containsExactly(4.0, 5.0, 6.0);
    }

    @Test
    void versionsCountMutationsAndCommits() throws Exception {
        create(ID, "c", "a");
        assertThat(store.info(ID).version()).isEqualTo(new Version(0, 0));
        assertThat(insert(MergePolicy.NEVER, 1, 1.0, 2, 2.0)).isEqualTo(new Version(0, 1));
        assertThat(insert(MergePolicy.NEVER, 3, 3.0)).isEqualTo(new Version(0, 2));
        assertThat(insert(MergePolicy.NEVER)).as("an empty batch").isEqualTo(new Version(0, 2));
        assertThat(store.flush(ID).join()).isEqualTo(new Version(1, 0));
        assertThat(store.flush(ID).join()).isEqualTo(new Version(1, 0));
        insert(MergePolicy.NEVER, 4, 4.0);
        assertThat(store.delete(ID, new TimeRange(0, 4)).join()).isEqualTo(new Version(3, 0));
        assertThat(store.delete(ID, new TimeRange(0, 4)).join()).isEqualTo(new Version(4, 0));
        assertThat(values()).containsExactly(4.0);
        assertThat(values(VersionSelector.at(Version.ofMajor(1)))).containsExactly(1.0, 2.0, 3.0);
        assertThat(values(VersionSelector.at(Version.ofMajor(2)))).containsExactly(1.0, 2.0, 3.0, 4.0);
        assertThat(values(VersionSelector.at(Version.ZERO))).isEmpty();
        assertThatThrownBy(() -> store.snapshot(ID, VersionSelector.at(Version.ofMajor(5))))
                .satisfies(refusedWith(ErrorCode.VERSION_NOT_AVAILABLE));
    }

    @Test
    void deletingUncommittedDataHasThreeCases() throws Exception {
        create(ID, "c", "a");
        insert(MergePolicy.NEVER, 10, 1.0, 20, 2.0);
        store.flush(ID).join();
        insert(MergePolicy.REPLACE, 10, 100.0, 15, 150.0);
        Version seen = store.info(ID).version();

        // The same version: nothing happens.
        assertThat(deleteUncommitted(seen)).isEqualTo(seen);
        assertThat(values()).containsExactly(100.0, 150.0, 2.0);
        // The same major, a later minor: only what is buffered goes, and the committed point shows again.
        assertThat(deleteUncommitted(Version.ofMajor(1)).major()).isEqualTo(1);
        assertThat(values()).containsExactly(1.0, 2.0);
        // Another major: an ordinary delete.
        assertThat(deleteUncommitted(Version.ZERO).major()).isGreaterThan(1);
        assertThat(values()).containsExactly(2.0);
        assertRefused(
                ErrorCode.INVALID_VERSION,
                new Mutation.DeleteUncommitted(ID, new TimeRange(0, 20), Version.ofMajor(99)));
    }

    private Version deleteUncommitted(Version since) {
        return store.submit(new Mutation.DeleteUncommitted(ID, new TimeRange(0, 20), since)).join().version();
    }

    @Test
    void badPointsRefuseTheWholeBatch() throws Exception {
        create(ID, "c", "a");
        double[] bad = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (double value : bad) {
            assertInsertRefused(ErrorCode.INVALID_VALUE, 1, 1.0, 2, value);
        }
        assertInsertRefused(ErrorCode.INVALID_TIME, 1, 1.0, Times.LIMIT, 2.0);
        assertInsertRefused(ErrorCode.INVALID_TIME, 1, 1.0, Times.MIN - 1, 2.0);
        assertThat(store.info(ID).version()).isEqualTo(Version.ZERO);
        assertThat(values()).isEmpty();
        insert(MergePolicy.NEVER, Times.MIN, 1.0, Times.LIMIT - 1, 2.0);
        assertThat(values()).containsExactly(1.0, 2.0);
    }

    @Test
    void unknownStreamsAreRefusedEverywhere() {
        StreamId unknown = new StreamId(77, 77);
        TimeRange range = new TimeRange(0, 1);
        for (Mutation mutation :
                List.of(
                        new Mutation.Flush(unknown),
                        new Mutation.Delete(unknown, range),
                        new Mutation.DeleteUncommitted(unknown, range, Version.ZERO),
                        new Mutation.Annotate(unknown, 1, Map.of(), Set.of()),
                        new Mutation.Obliterate(unknown))) {
            assertRefused(ErrorCode.NO_SUCH_STREAM, mutation);
        }
    }

    @Test
    void aSnapshotStandsStill() throws Exception {
        create(ID, "c", "a");
        insert(MergePolicy.NEVER, 1, 1.0);
        try (StreamSnapshot snapshot = store.snapshot(ID, VersionSelector.LATEST)) {
            insert(MergePolicy.REPLACE, 1, 2.0, 2, 3.0);
            store.flush(ID).join();
            store.delete(ID, TimeRange.ALL).join();
            assertThat(snapshot.version()).isEqualTo(new Version(0, 1));
            assertThat(StoreComparison.points(snapshot, TimeRange.ALL, 10)).containsExactly(new Point(1, 1.0));
        }
        assertThat(values()).isEmpty();
    }

    @Test
    void changesAreExactAcrossACommit() throws Exception {
        create(ID, "c", "a");
        insert(MergePolicy.NEVER, 100, 1.0);
        Version seen = insert(MergePolicy.NEVER, 200, 1.0);
        insert(MergePolicy.NEVER, 300, 1.0);
        assertThat(changesSince(seen)).containsExactly(new TimeRange(300, 301));
        store.flush(ID).join();
        insert(MergePolicy.NEVER, 400, 1.0);
        assertThat(changesSince(seen)).containsExactly(new TimeRange(300, 301), new TimeRange(400, 401));
        assertThat(changesSince(store.info(ID).version())).isEmpty();
        assertThatThrownBy(() -> changesSince(Version.ofMajor(9))).satisfies(refusedWith(ErrorCode.INVALID_VERSION));
    }

    @Test
    void alignedWindowsRoundBothEndsDown() throws Exception {
        create(ID, "c", "a");
        for (long t = 11136; t < 11648; t += 64) {
            insert(MergePolicy.NEVER, t, 1.0);
        }
        for (boolean flushed : new boolean[] {false, true}) {
            assertThat(alignedStarts(11136, 11647, 6)).hasSize(7).startsWith(11136L);
            assertThat(alignedStarts(11199, 11584, 6)).hasSize(7).startsWith(11136L);
            assertThat(alignedStarts(11199, 11200, 6)).containsExactly(11136L);
            assertThat(alignedStarts(11136, 11199, 6)).isEmpty();
            assertThat(alignedStarts(Times.MIN, Times.LIMIT, 62)).containsExactly(Times.MIN);
            store.flush(ID).join();
        }
    }

    @Test
    void aRecordIsChangedOnlyAtTheExpectedRevisionAndTogetherWithTheOutput() throws Exception {
        create(ID, "c", "a");
        insert(MergePolicy.NEVER, 1, 1.0, 5, 5.0);
        byte[] cursor = {1, 2, 3};
        try (PointBatch points = new PointBatch(1)) {
            points.append(2, 2.0);
            Mutation.Replace replace = new Mutation.Replace(ID, new TimeRange(0, 5), points.columns());
            Mutation.PutRecord put = new Mutation.PutRecord("d/x", 0, Optional.of(cursor));
            Outcome outcome = store.submit(new Mutation.Atomic(List.of(replace), List.of(put))).join();
            assertThat(outcome.version()).isEqualTo(new Version(0, 2));
            assertThat(values()).containsExactly(2.0, 5.0);
            assertThat(store.record("d/x").orElseThrow().value()).isEqualTo(cursor);
            assertThat(store.record("d/x").orElseThrow().revision()).isEqualTo(1);
            points.setCount(0);
            assertRefused(
                    ErrorCode.STALE_RECORD,
                    new Mutation.Atomic(
                            List.of(new Mutation.Replace(ID, new TimeRange(0, 9), points.columns())), List.of(put)));
            assertThat(values()).containsExactly(2.0, 5.0);
        }
        assertThat(store.records("d/")).hasSize(1);
        assertThat(store.records("e/")).isEmpty();
        store.submit(new Mutation.Atomic(List.of(), List.of(new Mutation.PutRecord("d/x", 1, Optional.empty()))))
                .join();
        assertThat(store.record("d/x")).isEmpty();
    }

    @Test
    void theSameTagIsAppliedOnce() throws Exception {
        create(ID, "c", "a");
        try (PointBatch points = new PointBatch(1)) {
            points.append(1, 1.0);
            Mutation insert = new Mutation.Insert(ID, points.columns(), MergePolicy.NEVER);
            WriteTag tag = new WriteTag(7, 8, 1);
            Outcome first = store.submit(insert, tag).join();
            assertThat(unplaced(store.submit(insert, tag).join())).isEqualTo(unplaced(first));
            assertThat(values()).containsExactly(1.0);
            store.submit(insert, new WriteTag(7, 8, 2)).join();
            store.submit(insert, new WriteTag(7, 9, 1)).join();
            assertThat(values()).containsExactly(1.0, 1.0, 1.0);
        }
    }

    @Test
    void aRepetitionIsAnsweredThoughItsStreamIsGone() throws Exception {
        create(ID, "c", "a");
        WriteTag flushTag = new WriteTag(7, 8, 1);
        Outcome flushed = store.submit(new Mutation.Flush(ID), flushTag).join();
        WriteTag obliterateTag = new WriteTag(7, 8, 2);
        Outcome obliterated = store.submit(new Mutation.Obliterate(ID), obliterateTag).join();
        assertThat(unplaced(store.submit(new Mutation.Obliterate(ID), obliterateTag).join()))
                .isEqualTo(unplaced(obliterated));
        assertThat(unplaced(store.submit(new Mutation.Flush(ID), flushTag).join())).isEqualTo(unplaced(flushed));
        assertRefused(ErrorCode.NO_SUCH_STREAM, new Mutation.Flush(ID));
    }

    @Test
    void randomHistoriesAgreeWithTheModel() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + " random histories: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        ModelStore model = new ModelStore();
        try (RandomHistory history = new RandomHistory(random, 3, 200, true).obliterating()) {
            for (Mutation creation : history.creations()) {
                store.submit(creation).join();
                model.submit(creation).join();
            }
            for (int i = 0; i < 120; i++) {
                Mutation mutation = history.next(model);
                assertSameAnswer(mutation, store.submit(mutation), model.submit(mutation));
                if (i % 8 == 0) {
                    StoreComparison.compareCatalogs(store, model, history.former());
                    for (StreamId stream : history.streams()) {
                        if (model.has(stream)) {
                            StoreComparison.compareAll(store, model, stream, random);
                        }
                    }
                }
            }
        }
    }

    private static void assertSameAnswer(
            Mutation mutation, CompletableFuture<Outcome> actual, CompletableFuture<Outcome> expected) {
        if (expected.isCompletedExceptionally()) {
            ErrorCode code = ((Refused) expected.exceptionNow()).code();
            assertThatThrownBy(actual::join).as("%s", mutation).satisfies(refusedWith(code));
        } else {
            assertThat(unplaced(actual.join())).as("%s", mutation).isEqualTo(unplaced(expected.join()));
        }
    }

    /// An outcome without its place in the log, which models do not know, nor repetitions.
    private static Outcome unplaced(Outcome outcome) {
        return outcome.at(LogPosition.NONE);
    }

    private List<TimeRange> changesSince(Version since) throws Exception {
        try (StreamSnapshot snapshot = store.snapshot(ID, VersionSelector.LATEST)) {
            return snapshot.changesSince(since, 0);
        }
    }

    private List<Long> alignedStarts(long from, long until, int widthLog2) throws Exception {
        List<Long> starts = new ArrayList<>();
        try (StreamSnapshot snapshot = store.snapshot(ID, VersionSelector.LATEST);
                WindowCursor cursor = snapshot.alignedWindows(new TimeRange(from, until), widthLog2);
                WindowBatch batch = new WindowBatch(3)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    starts.add(batch.start(i));
                }
            }
        }
        return starts;
    }

    private List<Double> values() throws Exception {
        return values(VersionSelector.LATEST);
    }

    private List<Double> values(VersionSelector at) throws Exception {
        try (StreamSnapshot snapshot = store.snapshot(ID, at)) {
            return StoreComparison.points(snapshot, TimeRange.ALL, 2).stream().map(Point::value).toList();
        }
    }

    private List<StreamId> find(StreamFilter filter) throws Exception {
        List<StreamId> ids = new ArrayList<>();
        try (StreamCursor cursor = store.find(filter)) {
            for (List<StreamInfo> page = cursor.next(1); !page.isEmpty(); page = cursor.next(1)) {
                page.forEach(info -> ids.add(info.descriptor().id()));
            }
        }
        return ids;
    }

    private void create(StreamId id, String collection, String name) {
        store.submit(descriptor(id, collection, name)).join();
    }

    private static Mutation descriptor(StreamId id, String collection, String name) {
        return new Mutation.Create(new StreamDescriptor(id, collection, Map.of("name", name), Map.of(), 1));
    }

    private Version insert(MergePolicy policy, Object... timesAndValues) {
        try (PointBatch points = batch(timesAndValues)) {
            return store.insert(ID, points.columns(), policy).join();
        }
    }

    private void assertInsertRefused(ErrorCode code, Object... timesAndValues) {
        try (PointBatch points = batch(timesAndValues)) {
            assertRefused(code, new Mutation.Insert(ID, points.columns(), MergePolicy.NEVER));
        }
    }

    private static PointBatch batch(Object... timesAndValues) {
        PointBatch points = new PointBatch(Math.max(1, timesAndValues.length / 2));
        for (int i = 0; i < timesAndValues.length; i += 2) {
            points.append(((Number) timesAndValues[i]).longValue(), (Double) timesAndValues[i + 1]);
        }
        return points;
    }

    private void assertRefused(ErrorCode code, Mutation mutation) {
        assertThatThrownBy(() -> store.submit(mutation).join()).satisfies(refusedWith(code));
    }

    private static java.util.function.Consumer<Throwable> refusedWith(ErrorCode code) {
        return thrown -> {
            Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            assertThat(cause).isInstanceOf(Refused.class);
            assertThat(((Refused) cause).code()).isEqualTo(code);
        };
    }
}
