package io.distil.replication.tablet;

import io.distil.base.CorruptBlock;
import io.distil.base.StreamId;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.catalog.Sessions;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.placement.OwnedTablet;
import io.distil.replication.placement.TabletSet;
import io.distil.replication.table.TableCheckpoints;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.store.Store;
import io.distil.storage.tree.SeriesRoot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What a checkpoint holds: gathers it from the state, and brings it back when a store is opened.
///
/// Gathering runs on the tablet's thread and only copies; writing runs on the flusher's. Between the two the tablet goes
/// on: what changes meanwhile belongs to the next checkpoint.
final class Checkpointer {
    /// A checkpoint about to be written.
    ///
    /// @param appliedThrough the log position as of which it is
    /// @param replayFrom the first log position needed again after a crash
    /// @param savedMajors the newest major of each stream whose root it contains
    /// @param obliterated streams whose saved versions must go: obliterated, or another group's
    /// @param tables what it says about tables
    record Plan(
            long appliedThrough,
            long replayFrom,
            TreeMap<byte[], KeyedChange> changes,
            Map<TabletStream, List<Long>> savedMajors,
            Set<StreamId> obliterated,
            TableCheckpoints.Plan tables) {}

    /// A stream as a checkpoint keeps it.
    ///
    /// @param builtMajor the newest major whose tree exists, with `root`
    /// @param builtThrough the last log position whose effect on this stream is in that tree
    record SavedStream(StreamDescriptor descriptor, long builtMajor, long builtThrough, SeriesRoot root) {}

    private final TabletState state;
    private final MemoryWriter writer = new MemoryWriter();

    /// Tablets that the last plan put down.
    private Set<Long> savedTablets = new HashSet<>();

    Checkpointer(TabletState state) {
        this.state = state;
    }

    /// Tablet's thread: copies what changed since the last plan.
    Plan gather() {
        long appliedThrough = state.appliedThrough();
        long replayFrom = replayFrom();
        Plan plan =
                new Plan(
                        appliedThrough,
                        replayFrom,
                        new TreeMap<>(Arrays::compareUnsigned),
                        new HashMap<>(),
                        new HashSet<>(state.dirty().obliterated()),
                        state.tables().checkpoints().gather());
        state.dirty().streams().forEach(id -> gatherStream(plan, id));
        state.dirty().records().forEach(key -> gatherRecord(plan, key));
        state.dirty().sessions().forEach(client -> gatherSession(plan, client));
        state.dirty().departed().forEach(plan.obliterated()::add);
        if (state.dirty().haveTabletsChanged()) {
            gatherTablets(plan);
        }
        if (state.dirty().haveTermsChanged()) {
            put(plan, Tables.TERMS.key().number(0).bytes(), state.terms().encode(writer));
        }
        state.dirty().clear();
        state.voidPositions().headSet(replayFrom).clear();
        put(plan, Tables.VOID_POSITIONS.key().number(0).bytes(), voidPositions());
        return plan;
    }

    /// The first position that the buffer of some stream or table would need after a crash now.
    long replayFrom() {
        long first = Math.min(state.appliedThrough() + 1, state.tables().firstNeeded());
        for (TabletStream stream : state.streams().values()) {
            first = Math.min(first, stream.firstNeeded());
        }
        return first;
    }

    private void gatherStream(Plan plan, StreamId id) {
        TabletStream stream = state.streams().get(id);
        byte[] key = Tables.STREAMS.key().stream(id).bytes();
        if (stream == null) {
            delete(plan, key);
            byte[] obliteratedKey = Tables.OBLITERATED.key().stream(id).bytes();
            if (state.catalog().obliterated().contains(id)) {
                put(plan, obliteratedKey, new byte[0]);
            } else {
                delete(plan, obliteratedKey);
            }
            return;
        }
        StreamDescriptor descriptor = state.catalog().get(id);
        byte[] value = new byte[CommandCodec.descriptorBytes(descriptor) + 16 + SeriesRoot.ENCODED_BYTES];
        MemorySegment memory = MemorySegment.ofArray(value);
        CommandCodec.putDescriptor(writer.wrap(memory), descriptor);
        writer.i64(stream.builtMajor()).i64(stream.builtThrough());
        stream.builtRoot().encode(memory, writer.position());
        put(plan, key, value);
        List<Long> majors = new ArrayList<>();
        stream.unsavedVersions()
                .forEach((major, version) -> {
                    put(plan, Tables.VERSIONS.key().stream(id).number(major).bytes(), version.encode());
                    majors.add(major);
                });
        plan.savedMajors().put(stream, majors);
    }

    private void gatherTablets(Plan plan) {
        Set<Long> gone = savedTablets;
        savedTablets = new HashSet<>();
        for (OwnedTablet tablet : state.placement().tablets().tablets()) {
            put(plan, Tables.TABLETS.key().number(tablet.id()).bytes(), tablet.encode());
            savedTablets.add(tablet.id());
        }
        gone.removeAll(savedTablets);
        gone.forEach(id -> delete(plan, Tables.TABLETS.key().number(id).bytes()));
    }

    private void gatherRecord(Plan plan, String name) {
        byte[] key = Tables.RECORDS.key().text(name).bytes();
        state.records()
                .get(name)
                .ifPresentOrElse(
                        record -> {
                            byte[] value = new byte[12 + record.value().length];
                            writer.wrap(MemorySegment.ofArray(value)).i64(record.revision()).bytes(record.value());
                            put(plan, key, value);
                        },
                        () -> delete(plan, key));
    }

    private void gatherSession(Plan plan, Sessions.Client client) {
        byte[] key = sessionKey(client);
        if (!state.sessions().contains(client)) {
            delete(plan, key);
            return;
        }
        byte[] value = new byte[Sessions.encodedBytesMax()];
        state.sessions().encode(client, writer.wrap(MemorySegment.ofArray(value)));
        put(plan, key, Arrays.copyOf(value, (int) writer.position()));
    }

    private byte[] voidPositions() {
        byte[] value = new byte[4 + Long.BYTES * state.voidPositions().size()];
        writer.wrap(MemorySegment.ofArray(value)).u32(state.voidPositions().size());
        state.voidPositions().forEach(writer::i64);
        return value;
    }

    private static byte[] sessionKey(Sessions.Client client) {
        return Tables.SESSIONS.key().stream(new StreamId(client.high(), client.low())).bytes();
    }

    private static void put(Plan plan, byte[] key, byte[] value) {
        plan.changes().put(key, new KeyedChange.Put(key, value));
    }

    private static void delete(Plan plan, byte[] key) {
        plan.changes().put(key, new KeyedChange.Delete(key));
    }

    /// Flusher's thread: makes the plan durable.
    static void write(Store store, Plan plan) throws IOException {
        for (StreamId id : plan.obliterated()) {
            store.scan(
                    Tables.VERSIONS.key().stream(id).prefix(),
                    // What the plan puts is of a stream that left and came back, and is newer.
                    (key, _) -> plan.changes().putIfAbsent(key, new KeyedChange.Delete(key)));
        }
        List<KeyedChange> changes = new ArrayList<>(plan.changes().values());
        changes.addAll(plan.tables().changes(store));
        store.checkpoint(plan.appliedThrough(), plan.replayFrom(), changes);
    }

    /// Tablet's thread: the plan is durable, so what it saved need not be kept in memory.
    static void saved(Plan plan) {
        plan.savedMajors().forEach((stream, majors) -> stream.unsavedVersions().keySet().removeAll(majors));
        plan.tables().saved();
    }

    /// Brings the state of the store's last checkpoint back, before the log is replayed.
    void load(Store store) throws IOException {
        MemoryReader reader = new MemoryReader();
        TermHistory terms = TermHistory.EMPTY;
        Optional<byte[]> encodedTerms = store.get(Tables.TERMS.key().number(0).bytes());
        if (encodedTerms.isPresent()) {
            terms = TermHistory.decode(reader.wrap(MemorySegment.ofArray(encodedTerms.get()), "history of terms"));
        }
        state.loaded(store.lastCheckpoint().appliedThrough(), store.lastCheckpoint().replayFrom(), terms);
        store.scan(
                Tables.STREAMS.prefix(),
                (key, value) -> {
                    SavedStream stream = savedStream(reader, MemorySegment.ofArray(value));
                    state.catalog().put(stream.descriptor());
                    state.addStream(
                            stream.descriptor().id(), stream.builtMajor(), stream.root(), stream.builtThrough());
                });
        state.tables().load();
        List<OwnedTablet> tablets = new ArrayList<>();
        store.scan(
                Tables.TABLETS.prefix(),
                (key, value) -> tablets.add(OwnedTablet.decode(Tables.TABLETS.number(key, 0), value)));
        tablets.forEach(tablet -> savedTablets.add(tablet.id()));
        state.placement().loaded(TabletSet.of(state.group(), tablets));
        store.scan(
                Tables.OBLITERATED.prefix(),
                (key, _) -> state.catalog().putObliterated(Tables.OBLITERATED.stream(key, 0)));
        store.scan(
                Tables.RECORDS.prefix(),
                (key, value) -> {
                    reader.wrap(MemorySegment.ofArray(value), "record");
                    state.records().put(new StoredRecord(Tables.RECORDS.text(key, 0), reader.i64(), reader.bytes()));
                });
        store.scan(
                Tables.SESSIONS.prefix(),
                (key, value) -> {
                    StreamId client = Tables.SESSIONS.stream(key, 0);
                    reader.wrap(MemorySegment.ofArray(value), "client session");
                    state.sessions().decode(new Sessions.Client(client.high(), client.low()), reader);
                });
        state.sessions().restoreOrder();
        store.scan(
                Tables.VOID_POSITIONS.prefix(),
                (_, value) -> {
                    reader.wrap(MemorySegment.ofArray(value), "void positions");
                    for (int left = reader.u32(); left > 0; left--) {
                        state.voidPositions().add(reader.i64());
                    }
                });
    }

    /// Reads a value of {@link Tables#STREAMS}.
    static SavedStream savedStream(MemoryReader reader, MemorySegment value) throws CorruptBlock {
        reader.wrap(value, "catalog entry");
        StreamDescriptor descriptor = CommandCodec.descriptor(reader);
        long builtMajor = reader.i64();
        long builtThrough = reader.i64();
        if (value.byteSize() - reader.position() != SeriesRoot.ENCODED_BYTES) {
            throw new CorruptBlock(
                    "catalog entry of stream "
                            + descriptor.id()
                            + ": "
                            + (value.byteSize() - reader.position())
                            + " bytes left for its root, wanted "
                            + SeriesRoot.ENCODED_BYTES);
        }
        return new SavedStream(descriptor, builtMajor, builtThrough, SeriesRoot.decode(value, reader.position()));
    }

    /// A major version that is no longer in memory, or empty if there is none.
    static Optional<BuiltVersion> saved(Store store, StreamId id, long major) throws IOException {
        if (major == 0) {
            return Optional.of(new BuiltVersion(SeriesRoot.EMPTY, List.of()));
        }
        byte[] value = store.get(Tables.VERSIONS.key().stream(id).number(major).bytes()).orElse(null);
        return value == null
                ? Optional.empty()
                : Optional.of(BuiltVersion.decode(value, "version " + major + " of stream " + id));
    }
}
