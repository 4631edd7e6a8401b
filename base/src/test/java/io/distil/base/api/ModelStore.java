package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Statistics;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/// The naive store that the real ones are compared with: sorted maps on the heap, every rule written in the plainest way.
///
/// It is also a complete {@link StreamStore} and {@link TableStore} for tests of modules that only see the interface. Slow on purpose: each
/// mutation may copy a stream.
public final class ModelStore implements StreamStore, TableStore {
    private final Map<StreamId, ModelStream> streams = new TreeMap<>();
    private final Set<StreamId> obliterated = new HashSet<>();
    private final TreeMap<String, StoredRecord> records = new TreeMap<>();
    private final Map<WriteTag, Outcome> outcomes = new HashMap<>();
    private final ModelTables tables = new ModelTables(this);
    private long applied;

    @Override
    public synchronized CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        try {
            Outcome known = tag.isTagged() ? outcomes.get(tag) : null;
            Outcome outcome = known != null ? known : apply(mutation);
            if (tag.isTagged()) {
                outcomes.put(tag, outcome);
            }
            return CompletableFuture.completedFuture(outcome);
        } catch (Refused e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return CompletableFuture.completedFuture(null);
    }

    /// How many mutations changed something.
    public synchronized long appliedCount() {
        return applied;
    }

    public synchronized boolean has(StreamId stream) {
        return streams.containsKey(stream);
    }

    public synchronized boolean hasObliterated(StreamId stream) {
        return obliterated.contains(stream);
    }

    private Outcome apply(Mutation mutation) {
        Outcome outcome =
                switch (mutation) {
                    case Mutation.Insert m -> {
                        ModelStream s = stream(m.stream());
                        m.points().checkPoints();
                        if (m.points().count() > 0) {
                            s.mutate(List.of(Change.ofPoints(m.points(), m.policy())));
                        }
                        yield s.outcome();
                    }
                    case Mutation.Delete m -> deleteRange(m.stream(), m.range());
                    case Mutation.DeleteUncommitted m -> deleteUncommitted(m);
                    case Mutation.Flush m -> {
                        ModelStream s = stream(m.stream());
                        s.commitIfBuffered();
                        yield s.outcome();
                    }
                    case Mutation.Create m -> create(m.descriptor());
                    case Mutation.Annotate m -> annotate(m);
                    case Mutation.Obliterate m -> {
                        stream(m.stream());
                        streams.remove(m.stream());
                        obliterated.add(m.stream());
                        yield new Outcome(Version.ZERO, 0);
                    }
                    case Mutation.Atomic m -> atomic(m);
                    case Mutation.OfTablets _ ->
                            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "the model has no tablets");
                    case Mutation.OfTable m -> tables.apply(m);
                };
        applied++;
        return outcome;
    }

    private Outcome deleteRange(StreamId id, TimeRange range) {
        ModelStream s = stream(id);
        s.commitIfBuffered();
        s.mutate(List.of(Change.ofErased(range)));
        s.commitIfBuffered();
        return s.outcome();
    }

    private Outcome deleteUncommitted(Mutation.DeleteUncommitted m) {
        ModelStream s = stream(m.stream());
        if (m.since().compareTo(s.version) > 0) {
            throw new Refused(ErrorCode.INVALID_VERSION, "version " + m.since() + " is later than " + s.version);
        }
        if (m.since().major() != s.version.major()) {
            return deleteRange(m.stream(), m.range());
        }
        if (!m.since().equals(s.version)) {
            s.dropUncommitted(m.range());
        }
        return s.outcome();
    }

    private Outcome create(StreamDescriptor d) {
        if (obliterated.contains(d.id())) {
            throw new Refused(ErrorCode.STREAM_ID_OBLITERATED, "stream " + d.id() + " was obliterated");
        }
        if (streams.containsKey(d.id())) {
            throw new Refused(ErrorCode.STREAM_ID_EXISTS, "stream " + d.id() + " exists");
        }
        for (ModelStream other : streams.values()) {
            if (other.descriptor.collection().equals(d.collection()) && other.descriptor.tags().equals(d.tags())) {
                throw new Refused(ErrorCode.STREAM_NAME_EXISTS, d.path() + " exists with these tags");
            }
        }
        ModelStream s = new ModelStream(d);
        streams.put(d.id(), s);
        return s.outcome();
    }

    private Outcome annotate(Mutation.Annotate m) {
        ModelStream s = stream(m.stream());
        if (s.descriptor.propertyVersion() != m.expectedPropertyVersion()) {
            throw new Refused(
                    ErrorCode.STALE_PROPERTY_VERSION,
                    "property version is " + s.descriptor.propertyVersion() + ", not " + m.expectedPropertyVersion());
        }
        Map<String, String> annotations = new TreeMap<>(s.descriptor.annotations());
        annotations.keySet().removeAll(m.removals());
        annotations.putAll(m.changes());
        StreamDescriptor d = s.descriptor;
        s.descriptor = new StreamDescriptor(d.id(), d.collection(), d.tags(), annotations, d.propertyVersion() + 1);
        return s.outcome();
    }

    private Outcome atomic(Mutation.Atomic m) {
        for (Mutation.Replace r : m.replacements()) {
            stream(r.stream());
            r.points().checkPoints();
            for (int i = 0; i < r.points().count(); i++) {
                if (!r.range().contains(r.points().time(i))) {
                    throw new Refused(ErrorCode.INVALID_TIME, "point " + i + " lies outside " + r.range());
                }
            }
        }
        for (Mutation.PutRecord put : m.records()) {
            StoredRecord present = records.get(put.key());
            long revision = present == null ? 0 : present.revision();
            if (revision != put.expectedRevision()) {
                throw new Refused(
                        ErrorCode.STALE_RECORD,
                        "record " + put.key() + " is at revision " + revision + ", not " + put.expectedRevision());
            }
        }
        Version version = Version.ZERO;
        for (Mutation.Replace r : m.replacements()) {
            ModelStream s = stream(r.stream());
            s.mutate(List.of(Change.ofErased(r.range()), Change.ofPoints(r.points(), MergePolicy.NEVER)));
            version = s.version;
        }
        for (Mutation.PutRecord put : m.records()) {
            if (put.value().isPresent()) {
                records.put(put.key(), new StoredRecord(put.key(), put.expectedRevision() + 1, put.value().get()));
            } else {
                records.remove(put.key());
            }
        }
        return new Outcome(version, 0);
    }

    private ModelStream stream(StreamId id) {
        ModelStream s = streams.get(id);
        if (s == null) {
            throw new Refused(ErrorCode.NO_SUCH_STREAM, "there is no stream " + id);
        }
        return s;
    }

    @Override
    public synchronized StreamInfo info(StreamId stream) {
        ModelStream s = stream(stream);
        return new StreamInfo(s.descriptor, s.version);
    }

    @Override
    public synchronized StreamCursor find(StreamFilter filter) {
        List<StreamInfo> found = new ArrayList<>();
        for (ModelStream s : streams.values()) {
            if (filter.matches(s.descriptor)) {
                found.add(new StreamInfo(s.descriptor, s.version));
            }
        }
        found.sort(
                Comparator.comparing((StreamInfo i) -> i.descriptor().collection())
                        .thenComparing(i -> i.descriptor().tags().toString()));
        return new StreamCursor() {
            private int next;

            @Override
            public List<StreamInfo> next(int countMax) {
                List<StreamInfo> page = found.subList(next, Math.min(found.size(), next + countMax));
                next += page.size();
                return page;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public synchronized List<String> collections(String prefix) {
        Set<String> names = new TreeSet<>();
        for (ModelStream s : streams.values()) {
            if (s.descriptor.collection().startsWith(prefix)) {
                names.add(s.descriptor.collection());
            }
        }
        return List.copyOf(names);
    }

    @Override
    public synchronized StreamSnapshot snapshot(StreamId stream, VersionSelector at) {
        ModelStream s = stream(stream);
        return switch (at) {
            case VersionSelector.Latest _ -> s.snapshot(s.version);
            case VersionSelector.Exactly(Version version) -> s.snapshot(version);
        };
    }

    @Override
    public synchronized Optional<StoredRecord> record(String key) {
        return Optional.ofNullable(records.get(key));
    }

    @Override
    public synchronized List<StoredRecord> records(String prefix) {
        return records.tailMap(prefix).values().stream().filter(r -> r.key().startsWith(prefix)).toList();
    }

    @Override
    public synchronized List<TableInfo> tables(String prefix) {
        return tables.list(prefix);
    }

    @Override
    public synchronized TableSnapshot tableSnapshot(String table, VersionSelector at) {
        return tables.snapshot(table, at);
    }

    @Override
    public synchronized TableWatch watch(String table, KeyRange range, Version since) {
        return tables.watch(table, range, since);
    }

    @Override
    public SortedMap<String, String> status() {
        return new TreeMap<>(Map.of("store", "model"));
    }

    @Override
    public void close() {}

    /// Either points with a policy, or an erased range.
    private record Change(long[] times, double[] values, MergePolicy policy, TimeRange erased) {
        static Change ofPoints(PointColumns points, MergePolicy policy) {
            long[] times = new long[points.count()];
            double[] values = new double[points.count()];
            for (int i = 0; i < times.length; i++) {
                times[i] = points.time(i);
                values[i] = points.value(i);
            }
            return new Change(times, values, policy, null);
        }

        static Change ofErased(TimeRange range) {
            return new Change(new long[0], new double[0], MergePolicy.NEVER, range);
        }

        void applyTo(NavigableMap<Long, List<Double>> points) {
            if (erased != null) {
                points.subMap(erased.from(), true, erased.until(), false).clear();
            }
            for (int i = 0; i < times.length; i++) {
                List<Double> present = points.computeIfAbsent(times[i], _ -> new ArrayList<>());
                // Double.equals compares bits (of finite values), which is what `equal` means.
                boolean add =
                        switch (policy) {
                            case NEVER -> true;
                            case EQUAL -> !present.contains(values[i]);
                            case RETAIN -> present.isEmpty();
                            case REPLACE -> {
                                present.clear();
                                yield true;
                            }
                        };
                if (add) {
                    present.add(values[i]);
                }
            }
        }

        /// What is left of this change when everything buffered in `range` is dropped.
        List<Change> without(TimeRange range) {
            if (erased == null) {
                long[] keptTimes = new long[times.length];
                double[] keptValues = new double[times.length];
                int n = 0;
                for (int i = 0; i < times.length; i++) {
                    if (!range.contains(times[i])) {
                        keptTimes[n] = times[i];
                        keptValues[n++] = values[i];
                    }
                }
                return List.of(new Change(Arrays.copyOf(keptTimes, n), Arrays.copyOf(keptValues, n), policy, null));
            }
            List<Change> left = new ArrayList<>();
            if (erased.from() < range.from()) {
                left.add(ofErased(new TimeRange(erased.from(), Math.min(erased.until(), range.from()))));
            }
            if (range.until() < erased.until()) {
                left.add(ofErased(new TimeRange(Math.max(erased.from(), range.until()), erased.until())));
            }
            return left;
        }

        List<TimeRange> touched() {
            if (erased != null) {
                return List.of(erased);
            }
            List<TimeRange> ranges = new ArrayList<>();
            for (long time : times) {
                ranges.add(new TimeRange(time, time + 1));
            }
            return ranges;
        }
    }

    /// Ranges touched by the mutation that led to a version.
    private record Touched(Version version, List<TimeRange> ranges) {}

    private static final class ModelStream {
        StreamDescriptor descriptor;
        Version version = Version.ZERO;
        private final List<NavigableMap<Long, List<Double>>> majors = new ArrayList<>();
        private final List<Change> buffered = new ArrayList<>();
        private final List<Touched> history = new ArrayList<>();
        private NavigableMap<Long, List<Double>> present = new TreeMap<>();
        private boolean presentIsShared;

        ModelStream(StreamDescriptor descriptor) {
            this.descriptor = descriptor;
            majors.add(new TreeMap<>());
        }

        Outcome outcome() {
            return new Outcome(version, descriptor.propertyVersion());
        }

        void mutate(List<Change> changes) {
            unshare();
            version = version.nextMinor();
            List<TimeRange> touched = new ArrayList<>();
            for (Change change : changes) {
                change.applyTo(present);
                buffered.add(change);
                touched.addAll(change.touched());
            }
            history.add(new Touched(version, touched));
        }

        void dropUncommitted(TimeRange range) {
            List<Change> kept = new ArrayList<>();
            buffered.forEach(change -> kept.addAll(change.without(range)));
            buffered.clear();
            present = copy(majors.getLast());
            presentIsShared = false;
            version = version.nextMinor();
            for (Change change : kept) {
                change.applyTo(present);
                buffered.add(change);
            }
            history.add(new Touched(version, List.of(range)));
        }

        void commitIfBuffered() {
            if (version.minor() > 0) {
                majors.add(present);
                presentIsShared = true;
                buffered.clear();
                version = version.nextMajor();
            }
        }

        StreamSnapshot snapshot(Version at) {
            if (at.equals(version)) {
                presentIsShared = true;
                return new ModelSnapshot(this, at, present);
            }
            if (at.minor() != 0 || at.major() > version.major()) {
                throw new Refused(
                        ErrorCode.VERSION_NOT_AVAILABLE,
                        "version "
                                + at
                                + " of "
                                + descriptor.path()
                                + " is not available; the present one is "
                                + version);
            }
            return new ModelSnapshot(this, at, majors.get((int) at.major()));
        }

        List<TimeRange> touchedBetween(Version since, Version until, int resolutionLog2) {
            TreeMap<Long, Long> merged = new TreeMap<>();
            for (Touched touched : history) {
                if (touched.version().compareTo(since) > 0 && touched.version().compareTo(until) <= 0) {
                    for (TimeRange range : touched.ranges()) {
                        TimeRange cells = range.alignOutward(resolutionLog2);
                        merged.merge(cells.from(), cells.until(), Math::max);
                    }
                }
            }
            List<TimeRange> ranges = new ArrayList<>();
            for (var entry : merged.entrySet()) {
                if (!ranges.isEmpty() && ranges.getLast().until() >= entry.getKey()) {
                    TimeRange last = ranges.removeLast();
                    ranges.add(new TimeRange(last.from(), Math.max(last.until(), entry.getValue())));
                } else {
                    ranges.add(new TimeRange(entry.getKey(), entry.getValue()));
                }
            }
            return ranges;
        }

        private void unshare() {
            if (presentIsShared) {
                present = copy(present);
                presentIsShared = false;
            }
        }

        private static NavigableMap<Long, List<Double>> copy(NavigableMap<Long, List<Double>> points) {
            NavigableMap<Long, List<Double>> copied = new TreeMap<>();
            points.forEach((time, values) -> {
                if (!values.isEmpty()) {
                    copied.put(time, new ArrayList<>(values));
                }
            });
            return copied;
        }
    }

    private record ModelSnapshot(ModelStream source, Version version, NavigableMap<Long, List<Double>> points)
            implements StreamSnapshot {
        @Override
        public StreamId stream() {
            return source.descriptor.id();
        }

        @Override
        public PointCursor points(TimeRange range) {
            List<Point> all = list(range.from(), range.until());
            return new PointCursor() {
                private int next;

                @Override
                public int next(PointBatch batch) {
                    batch.clear();
                    while (next < all.size() && !batch.isFull()) {
                        batch.append(all.get(next).time(), all.get(next).value());
                        next++;
                    }
                    return batch.count();
                }

                @Override
                public void close() {}
            };
        }

        private List<Point> list(long from, long until) {
            List<Point> all = new ArrayList<>();
            points.subMap(from, true, until, false)
                    .forEach((time, values) -> values.forEach(value -> all.add(new Point(time, value))));
            return all;
        }

        @Override
        public WindowCursor alignedWindows(TimeRange range, int widthLog2) {
            Times.checkWidthLog2(widthLog2);
            long from = Times.alignDown(range.from(), widthLog2);
            long until = Times.alignDown(range.until(), widthLog2);
            TreeMap<Long, StatisticsAccumulator> windows = new TreeMap<>();
            if (from < until) {
                for (Point p : list(from, until)) {
                    windows.computeIfAbsent(Times.alignDown(p.time(), widthLog2), _ -> new StatisticsAccumulator())
                            .add(p.value());
                }
            }
            return cursor(windows);
        }

        @Override
        public WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) {
            if (widthNanos < 1) {
                throw new Refused(ErrorCode.INVALID_WIDTH, "window width " + widthNanos + " ns is not positive");
            }
            Times.checkWidthLog2(depthLog2);
            TreeMap<Long, StatisticsAccumulator> windows = new TreeMap<>();
            long count = (range.until() - range.from()) / widthNanos;
            for (long i = 0; i < count; i++) {
                windows.put(range.from() + i * widthNanos, new StatisticsAccumulator());
            }
            if (count > 0) {
                for (Point p : list(range.from(), range.from() + count * widthNanos)) {
                    windows.floorEntry(p.time()).getValue().add(p.value());
                }
            }
            return cursor(windows);
        }

        private static WindowCursor cursor(TreeMap<Long, StatisticsAccumulator> windows) {
            return new WindowCursor() {
                @Override
                public int next(WindowBatch batch) {
                    batch.clear();
                    while (!windows.isEmpty() && !batch.isFull()) {
                        var first = windows.pollFirstEntry();
                        batch.append(first.getKey(), first.getValue());
                    }
                    return batch.count();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Optional<Point> nearest(long time, Direction direction) {
            if (!Times.isLegal(time)) {
                throw new Refused(ErrorCode.INVALID_TIME, "time " + time + " is not legal");
            }
            List<Point> side =
                    direction == Direction.FORWARD
                            ? list(time, Times.LIMIT)
                            : list(Times.MIN, Math.max(Times.MIN, time));
            if (side.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(direction == Direction.FORWARD ? side.getFirst() : side.getLast());
        }

        @Override
        public List<TimeRange> changesSince(Version since, int resolutionLog2) {
            Times.checkWidthLog2(resolutionLog2);
            if (since.compareTo(version) > 0) {
                throw new Refused(ErrorCode.INVALID_VERSION, "version " + since + " is later than " + version);
            }
            return source.touchedBetween(since, version, resolutionLog2);
        }

        @Override
        public void close() {}
    }

    /// The statistics of all points of a stream at its present version, for quick checks.
    public synchronized Statistics statistics(StreamId id) {
        StatisticsAccumulator all = new StatisticsAccumulator();
        stream(id).present.values().forEach(values -> values.forEach(all::add));
        return all.toStatistics();
    }
}
