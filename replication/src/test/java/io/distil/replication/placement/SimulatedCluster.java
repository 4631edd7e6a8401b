package io.distil.replication.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamKey;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Several groups, a coordinator and a client in one thread, beside a model that knows nothing of groups: it is told of each
/// mutation when a group says that it has applied it, so a mutation that two groups applied, or none, shows.
final class SimulatedCluster implements AutoCloseable {
    /// The coordinator's death: thrown out of a call it makes.
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /// A mutation of a client that is not answered yet.
    private record Outstanding(Mutation mutation, String space, byte[] key, WriteTag tag) {}

    private final Random random;
    private final ModelStore model = new ModelStore();
    private final TreeMap<Integer, SimulatedGroup> groups = new TreeMap<>();
    private final Map<Outstanding, CompletableFuture<Outcome>> outstanding = new LinkedHashMap<>();
    private long nanos = 1_700_000_000_000_000_000L;
    private Coordinator coordinator;
    private TabletMap cachedMap;
    private long sequence;

    /// Calls the coordinator has made, and the one it does not survive.
    private int callCount;

    private final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
    private boolean areTablesSplit;
    private int callsUntilKill = Integer.MAX_VALUE;
    private boolean isKilledBefore;

    SimulatedCluster(Random random, int groupCount) throws IOException {
        this.random = random;
        NanoClock clock =
                new NanoClock() {
                    @Override
                    public long epochNanos() {
                        return nanos;
                    }

                    @Override
                    public long monotonicNanos() {
                        return nanos;
                    }
                };
        for (int number = 1; number <= groupCount; number++) {
            groups.put(number, new SimulatedGroup(number, random, clock, this::applied));
        }
        startCoordinator();
    }

    ModelStore model() {
        return model;
    }

    SimulatedGroup group(int number) {
        return groups.get(number);
    }

    Coordinator coordinator() {
        return coordinator;
    }

    int callCount() {
        return callCount;
    }

    void advance(long byNanos) {
        nanos += byNanos;
    }

    private void applied(long position, Mutation mutation, Outcome outcome) {
        if (outcome == null) {
            return;
        }
        if (mutation instanceof Mutation.OfTablets m) {
            if (decode(m) instanceof TabletCommand.Seal seal) {
                commitBuffered(seal);
            }
            return;
        }
        if (mutation instanceof Mutation.OfTable m) {
            appliedToTable(m, outcome);
            return;
        }
        boolean isOfMap =
                mutation instanceof Mutation.Atomic atomic
                        && atomic.records().stream().anyMatch(put -> put.key().startsWith(TabletMap.PREFIX));
        if (!isOfMap) {
            assertThat(model.submit(mutation).join()).as("outcome of %s", mutation).isEqualTo(outcome);
        }
    }

    private static TabletCommand decode(Mutation.OfTablets mutation) {
        try {
            return TabletCommandCodec.decode(mutation.command(), "simulated");
        } catch (CorruptBlock e) {
            throw new AssertionError(e);
        }
    }

    private void commitBuffered(TabletCommand.Seal seal) {
        if (!seal.space().equals(ClusterMap.STREAMS)) {
            if (!areTablesSplit) {
                model.submit(new Mutation.FlushTable(seal.space())).join();
            }
            return;
        }
        for (StreamId stream : streams()) {
            if (seal.range().contains(StreamKey.first(stream))) {
                model.submit(new Mutation.Flush(stream)).join();
            }
        }
    }

    /// What a group applied names a body; programs know tables. A table that is split has as many versions as bodies, so that
    /// only its rows can be compared.
    private void appliedToTable(Mutation.OfTable mutation, Outcome outcome) {
        String table = TableBody.ofName(mutation.table()).space();
        Mutation named =
                switch (mutation) {
                    case Mutation.WriteTable m -> new Mutation.WriteTable(table, m.writes());
                    case Mutation.FlushTable _ -> new Mutation.FlushTable(table);
                    case Mutation.CreateTable m -> m;
                    case Mutation.DropTable m -> m;
                };
        if (!areTablesSplit) {
            assertThat(model.submit(named).join()).as("outcome of %s", named).isEqualTo(outcome);
        } else if (named instanceof Mutation.WriteTable m) {
            for (KeyWrite write : m.writes()) {
                write.value().ifPresentOrElse(v -> rows.put(write.key(), v), () -> rows.remove(write.key()));
            }
        }
    }

    /// From now on the rows of the one table there is are compared, and not its versions.
    void splitTables() {
        areTablesSplit = true;
    }

    /// The rows of the one table there is, if tables are split.
    TreeMap<byte[], byte[]> rows() {
        return rows;
    }

    private List<StreamId> streams() {
        List<StreamId> streams = new ArrayList<>();
        try (StreamCursor cursor = model.find(StreamFilter.ALL)) {
            cursor.next(1000).forEach(info -> streams.add(info.descriptor().id()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return streams;
    }

    // ---- the coordinator ----

    /// A coordinator that knows nothing but what groups and map tell.
    void startCoordinator() {
        MapStore mapStore =
                new MapStore() {
                    @Override
                    public List<StoredRecord> records(String prefix) {
                        return groups.get(1).store().records(prefix);
                    }

                    @Override
                    public void write(Mutation.Atomic records) throws IOException {
                        call(() -> groups.get(1).await(groups.get(1).store().submit(records)));
                    }
                };
        coordinator = new Coordinator(mapStore, new Groups(this::port));
    }

    private GroupPort port(int number) {
        SimulatedGroup group = groups.get(number);
        if (group == null) {
            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "there is no group " + number);
        }
        return new GroupPort() {
            @Override
            public void submit(Mutation.OfTablets command) throws IOException {
                call(() -> {
                    group.submit(command);
                    return null;
                });
            }

            @Override
            public byte[] ask(byte[] question) throws IOException {
                return call(() -> group.ask(question));
            }
        };
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T call(Call<T> call) throws IOException {
        callCount++;
        boolean isLast = callCount >= callsUntilKill;
        if (isLast && isKilledBefore) {
            throw new Killed();
        }
        T result = call.run();
        if (isLast) {
            throw new Killed();
        }
        return result;
    }

    /// The coordinator dies in its `nth` call from now: before the call reaches anybody, or before its answer arrives.
    void killAtCall(int nth, boolean before) {
        callCount = 0;
        callsUntilKill = nth;
        isKilledBefore = before;
    }

    void neverKill() {
        callsUntilKill = Integer.MAX_VALUE;
    }

    /// Steps the coordinator and lets the groups work until nothing is under way or amiss.
    void finishPlacement() throws IOException {
        for (int i = 0; coordinator.step() > 0 || coordinator.reconcile(groups.keySet()) > 0; i++) {
            checkNoKeyHasTwoOwners();
            assertThat(i).as("steps of the coordinator").isLessThan(10_000);
        }
    }

    // ---- the client ----

    /// Sends a mutation of one stream where the client's map, which may be old, says.
    void write(Mutation mutation, StreamId stream) throws IOException {
        write(mutation, ClusterMap.STREAMS, StreamKey.first(stream));
    }

    /// Sends a mutation of one tablet.
    void write(Mutation mutation, String space, byte[] key) throws IOException {
        send(new Outstanding(mutation, space, key, new WriteTag(7, 7, ++sequence)));
    }

    private void send(Outstanding write) throws IOException {
        if (cachedMap == null) {
            cachedMap = coordinatorMap();
        }
        outstanding.put(write, group(write.space(), write.key()).submit(write.mutation(), write.tag()));
    }

    private TabletMap coordinatorMap() throws IOException {
        return TabletMap.of(groups.get(1).store().records(TabletMap.PREFIX));
    }

    private SimulatedGroup group(String space, byte[] key) {
        return groups.get(groupOf(cachedMap, space, key));
    }

    private static int groupOf(TabletMap map, String space, byte[] key) {
        for (ClusterMap.Tablet tablet : map.tablets(List.of(space))) {
            if (tablet.space().equals(space) && tablet.range().contains(key)) {
                return tablet.group();
            }
        }
        throw new AssertionError("no tablet in the map");
    }

    /// The group that has a key, by the present map.
    SimulatedGroup ownerOf(String space, byte[] key) throws IOException {
        return groups.get(groupOf(coordinatorMap(), space, key));
    }

    /// Takes answers, and sends again what another group must do.
    void takeAnswers() throws IOException {
        for (var entry : List.copyOf(outstanding.entrySet())) {
            if (!entry.getValue().isDone()) {
                continue;
            }
            outstanding.remove(entry.getKey());
            if (entry.getValue().isCompletedExceptionally()) {
                Throwable failure = entry.getValue().exceptionNow();
                boolean isElsewhere = failure instanceof Refused refused && refused.code() == ErrorCode.WRONG_TABLET;
                if (isElsewhere || !(failure instanceof Refused)) {
                    cachedMap = coordinatorMap();
                    send(entry.getKey());
                }
            }
        }
    }

    void stepGroups() {
        for (SimulatedGroup group : groups.values()) {
            group.step();
        }
    }

    /// Every mutation answered. The coordinator must not be in the middle of anything: a sealed tablet takes no writes.
    void finishWrites() throws IOException {
        for (int i = 0; !outstanding.isEmpty(); i++) {
            stepGroups();
            takeAnswers();
            assertThat(i).as("steps to answer %d writes", outstanding.size()).isLessThan(10_000);
        }
    }

    /// All groups lose power at once; what was not answered is sent again.
    void crashGroups() throws IOException {
        for (SimulatedGroup group : groups.values()) {
            group.crash();
        }
        cachedMap = coordinatorMap();
        List<Outstanding> writes = List.copyOf(outstanding.keySet());
        outstanding.clear();
        for (Outstanding write : writes) {
            send(write);
        }
    }

    // ---- what must hold ----

    /// At any moment: no key is readable in two groups, and the map's rows leave no gap.
    void checkNoKeyHasTwoOwners() throws IOException {
        List<TabletSet> sets = new ArrayList<>();
        for (SimulatedGroup group : groups.values()) {
            sets.add(new Groups(_ -> group).tablets(group == groups.get(1) ? 1 : numberOf(group)));
        }
        for (StreamId stream : streams()) {
            long ownerCount =
                    sets.stream().filter(set -> set.shows(ClusterMap.STREAMS, StreamKey.first(stream))).count();
            assertThat(ownerCount).as("groups that show stream %s: %s", stream, sets).isLessThanOrEqualTo(1);
        }
        byte[] next = new byte[0];
        for (MapEntry row : coordinatorMap().rows(ClusterMap.STREAMS)) {
            assertThat(row.range().from()).as("first key of %s", row).isEqualTo(next);
            next = row.range().until();
        }
        assertThat(next).as("end of the map").isNull();
    }

    private int numberOf(SimulatedGroup group) {
        return groups.entrySet().stream().filter(entry -> entry.getValue() == group).findFirst().orElseThrow().getKey();
    }

    /// At rest: every stream is served by the group that the map names, in every version as in the model, and by no other.
    void checkEverything() throws IOException {
        checkNoKeyHasTwoOwners();
        TabletMap map = coordinatorMap();
        assertThat(map.moves()).isEmpty();
        for (StreamId stream : streams()) {
            int owner = groupOf(map, ClusterMap.STREAMS, StreamKey.first(stream));
            StoreComparison.compareAll(groups.get(owner).store(), model, stream, random);
        }
        List<StreamId> listed = new ArrayList<>();
        for (var group : groups.entrySet()) {
            TabletSet set = new Groups(_ -> group.getValue()).tablets(group.getKey());
            assertThat(set.tablets())
                    .as("tablets of group %d", group.getKey())
                    .allMatch(t -> t.state() == OwnedTablet.State.SERVING || t.state() == OwnedTablet.State.DEPARTED);
            try (var cursor = group.getValue().store().find(StreamFilter.ALL)) {
                cursor.next(1000).forEach(info -> listed.add(info.descriptor().id()));
            }
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(streams());
    }

    @Override
    public void close() throws IOException {
        for (SimulatedGroup group : groups.values()) {
            group.close();
        }
    }
}
