package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.pqm.Pqm;
import io.distil.pqm.StreamBuffer;
import io.distil.replication.catalog.Catalog;
import io.distil.replication.catalog.Records;
import io.distil.replication.catalog.Sessions;
import io.distil.replication.command.Command;
import io.distil.replication.table.TablesState;
import io.distil.storage.tree.SeriesRoot;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// What a log entry does. Changed by the tablet's thread alone, one entry after the other; catalog, records, streams and
/// their views are read by any thread.
///
/// ## Replay
///
/// A checkpoint keeps everything but the contents of buffers. Entries up to its `appliedThrough` are replayed for the buffers
/// only ({@link #reapply}): each stream takes those its built trees do not hold. Entries that had no effect when they were
/// first applied (refused, or a repetition) are listed in the checkpoint as *void*, because the state by which they were
/// judged is gone.
final class TabletState {
    static final long NOTHING_READABLE = -1;

    /// Told of what the outer world must do about an applied entry. All calls come from the tablet's thread.
    interface Effects {
        /// The stream's active layer became a commit; its tree wants to be built.
        void frozen(TabletStream stream);

        /// The stream is gone.
        void obliterated(TabletStream stream);
    }

    private final Pqm pqm;
    private final TablesState tables;
    private final Catalog catalog = new Catalog();
    private final Records records = new Records();
    private final Sessions sessions = new Sessions();
    private final Map<StreamId, TabletStream> streams = new ConcurrentHashMap<>();
    private final TreeSet<Long> voidPositions = new TreeSet<>();
    private final Dirty dirty = new Dirty();
    private final Effects effects;
    private final AppliedListener listener;
    private final Placement placement;
    private final int group;
    private long checkpointThrough;

    /// Entries before this one are in built trees or had no effect; which of them had none is forgotten. A log whose batches
    /// straddle it may hand them over all the same.
    private long replayFrom;

    private volatile long appliedThrough;
    private volatile boolean isWhole = true;
    private volatile TermHistory terms = TermHistory.EMPTY;

    /// @param group whose log this is the state of
    TabletState(Pqm pqm, TablesState tables, Effects effects, AppliedListener listener, int group) {
        this.group = group;
        this.pqm = pqm;
        this.tables = tables;
        this.effects = effects;
        this.listener = listener;
        this.placement = new Placement(group, sessions, dirty, new StreamImport(this), tables);
    }

    Catalog catalog() {
        return catalog;
    }

    Placement placement() {
        return placement;
    }

    Records records() {
        return records;
    }

    Sessions sessions() {
        return sessions;
    }

    TablesState tables() {
        return tables;
    }

    Map<StreamId, TabletStream> streams() {
        return streams;
    }

    Dirty dirty() {
        return dirty;
    }

    TreeSet<Long> voidPositions() {
        return voidPositions;
    }

    int group() {
        return group;
    }

    /// The last position applied.
    long appliedThrough() {
        return appliedThrough;
    }

    /// Up to where a read finds everything: {@link #appliedThrough}, or nothing while the buffers of the checkpoint that was
    /// loaded are still being filled again. Any thread.
    long readableThrough() {
        return isWhole ? appliedThrough : NOTHING_READABLE;
    }

    /// False while the buffers of the checkpoint that was loaded are still being filled again: then points are missing that
    /// the checkpoint counts as applied. Any thread.
    boolean isWhole() {
        return isWhole;
    }

    /// Which term positions are of. Any thread.
    TermHistory terms() {
        return terms;
    }

    /// Says which entries the loaded checkpoint contains, and that those from `checkpointReplayFrom` on will come again.
    void loaded(long checkpointAppliedThrough, long checkpointReplayFrom, TermHistory checkpointTerms) {
        checkpointThrough = checkpointAppliedThrough;
        appliedThrough = checkpointAppliedThrough;
        terms = checkpointTerms;
        replayFrom = checkpointReplayFrom;
        // An empty store has nothing to read again.
        isWhole = checkpointAppliedThrough == 0 || replayFrom > checkpointAppliedThrough;
    }

    /// Takes note of a position without a command.
    void advance(long position, long term) {
        if (position > checkpointThrough) {
            moveTo(position, term);
        } else if (position == checkpointThrough) {
            isWhole = true;
        }
    }

    private void moveTo(long position, long term) {
        BrokenInvariant.check(
                position > appliedThrough && term >= terms.last(),
                "entry %d of term %d follows %d of term %d in the log"
                        .formatted(position, term, appliedThrough, terms.last()));
        if (term != terms.last()) {
            terms = terms.with(term, position);
            dirty.terms();
        }
        appliedThrough = position;
        isWhole = true;
    }

    TabletStream stream(StreamId id) {
        TabletStream stream = streams.get(id);
        if (stream == null) {
            throw new Refused(ErrorCode.NO_SUCH_STREAM, "there is no stream " + id);
        }
        return stream;
    }

    /// Applies the entry at `position`.
    ///
    /// @throws Refused if the state forbids it; nothing was changed
    /// @throws IOException if what the entry must be judged by cannot be read: then this replica must stop
    Outcome apply(long position, long term, Command command) throws IOException {
        if (position <= checkpointThrough) {
            if (position >= replayFrom) {
                reapply(position, command.mutation());
            }
            isWhole = position == checkpointThrough;
            return new Outcome(Version.ZERO, 0);
        }
        moveTo(position, term);
        try {
            WriteTag tag = command.tag();
            Optional<Outcome> known = tag.isTagged() ? sessions.find(tag) : Optional.empty();
            if (known.isPresent()) {
                hadNoEffect(position, command.mutation());
                return known.get();
            }
            Outcome outcome = mutate(position, command);
            if (tag.isTagged()) {
                sessions.put(tag, outcome, position, dirty::session);
                dirty.session(Sessions.Client.of(tag));
            }
            listener.applied(position, command.mutation(), outcome);
            return outcome.at(new LogPosition(group, term, position));
        } catch (Refused e) {
            hadNoEffect(position, command.mutation());
            throw e;
        }
    }

    private void hadNoEffect(long position, Mutation mutation) {
        voidPositions.add(position);
        listener.applied(position, mutation, null);
    }

    private Outcome mutate(long position, Command command) throws IOException {
        placement.checkWrite(command.mutation());
        return switch (command.mutation()) {
            case Mutation.Create m -> {
                catalog.create(m.descriptor());
                StreamId id = m.descriptor().id();
                addStream(id, 0, SeriesRoot.EMPTY, position);
                dirty.stream(id);
                yield new Outcome(Version.ZERO, m.descriptor().propertyVersion());
            }
            case Mutation.Annotate m -> {
                long propertyVersion = catalog.annotate(m);
                dirty.stream(m.stream());
                yield new Outcome(stream(m.stream()).buffer().version(), propertyVersion);
            }
            case Mutation.Obliterate m -> {
                TabletStream stream = stream(m.stream());
                catalog.obliterate(m.stream());
                streams.remove(m.stream());
                stream.markObliterated();
                dirty.obliterated(m.stream());
                effects.obliterated(stream);
                yield new Outcome(Version.ZERO, 0);
            }
            case Mutation.Atomic m -> atomic(position, m);
            case Mutation.Insert m -> buffered(position, m.stream(), m);
            case Mutation.Delete m -> buffered(position, m.stream(), m);
            case Mutation.DeleteUncommitted m -> buffered(position, m.stream(), m);
            case Mutation.Flush m -> buffered(position, m.stream(), m);
            case Mutation.OfTablets m -> {
                if (!placement.apply(position, command.epochNanos(), m)) {
                    voidPositions.add(position);
                }
                yield new Outcome(Version.ZERO, 0);
            }
            case Mutation.OfTable m -> tables.apply(position, command.epochNanos(), m);
        };
    }

    private Outcome buffered(long position, StreamId id, Mutation mutation) {
        TabletStream stream = stream(id);
        mutateBuffer(position, stream, mutation);
        return new Outcome(stream.buffer().version(), catalog.get(id).propertyVersion());
    }

    private Outcome atomic(long position, Mutation.Atomic m) {
        Set<String> keys = new HashSet<>();
        for (Mutation.PutRecord put : m.records()) {
            records.check(put);
            if (!keys.add(put.key())) {
                throw new Refused(ErrorCode.INVALID_ARGUMENT, "record " + put.key() + " is written twice at once");
            }
        }
        m.replacements().forEach(replace -> stream(replace.stream()));
        Version version = Version.ZERO;
        for (Mutation.Replace replace : m.replacements()) {
            TabletStream stream = stream(replace.stream());
            replace(position, stream, replace);
            version = stream.buffer().version();
        }
        for (Mutation.PutRecord put : m.records()) {
            records.apply(put);
            dirty.record(put.key());
        }
        return new Outcome(version, 0);
    }

    /// Replays an entry that the checkpoint contains, for the buffers.
    private void reapply(long position, Mutation mutation) {
        if (voidPositions.contains(position)) {
            return;
        }
        switch (mutation) {
            case Mutation.Insert m -> reapply(position, m.stream(), m);
            case Mutation.Delete m -> reapply(position, m.stream(), m);
            case Mutation.DeleteUncommitted m -> reapply(position, m.stream(), m);
            case Mutation.Flush m -> reapply(position, m.stream(), m);
            case Mutation.Atomic m -> {
                for (Mutation.Replace replace : m.replacements()) {
                    TabletStream stream = streams.get(replace.stream());
                    if (stream != null && position > stream.builtThrough()) {
                        replace(position, stream, replace);
                    }
                }
            }
            case Mutation.OfTable m -> tables.reapply(position, m);
            case Mutation.OfTablets m -> placement.reapply(position, m);
            case Mutation.Create _, Mutation.Annotate _, Mutation.Obliterate _ -> {
                // In the checkpoint.
            }
        }
    }

    private void reapply(long position, StreamId id, Mutation mutation) {
        TabletStream stream = streams.get(id);
        // Absent: obliterated by a later entry that the checkpoint contains.
        if (stream != null && position > stream.builtThrough()) {
            mutateBuffer(position, stream, mutation);
        }
    }

    private void mutateBuffer(long position, TabletStream stream, Mutation mutation) {
        StreamBuffer buffer = stream.buffer();
        switch (mutation) {
            case Mutation.Insert m -> {
                if (m.points().count() > 0) {
                    buffer.insert(m.points(), m.policy());
                    stream.buffered(position);
                }
            }
            case Mutation.Flush _ -> freeze(stream, position);
            case Mutation.Delete m -> delete(position, stream, m.range());
            case Mutation.DeleteUncommitted m -> deleteUncommitted(position, stream, m);
            case Mutation.Create _,
                    Mutation.Annotate _,
                    Mutation.Obliterate _,
                    Mutation.Atomic _,
                    Mutation.OfTable _,
                    Mutation.OfTablets _ ->
                    throw new BrokenInvariant("not a mutation of one buffer: " + mutation);
        }
    }

    private void replace(long position, TabletStream stream, Mutation.Replace replace) {
        stream.buffer().replace(replace.range(), replace.points());
        stream.buffered(position);
    }

    /// Removes what was written ahead, without a commit where that is possible. With the stream at another major version
    /// than `since`, an ordinary {@link #delete}; at the same major and a later minor version, what the buffer holds in the
    /// range is dropped; at exactly `since`, nothing happens.
    ///
    /// @throws Refused `INVALID_VERSION` if `since` is later than the present version
    private void deleteUncommitted(long position, TabletStream stream, Mutation.DeleteUncommitted m) {
        Version present = stream.buffer().version();
        if (m.since().compareTo(present) > 0) {
            throw new Refused(
                    ErrorCode.INVALID_VERSION, "version " + m.since() + " is later than the present one, " + present);
        }
        if (m.since().major() != present.major()) {
            delete(position, stream, m.range());
        } else if (m.since().minor() < present.minor()) {
            stream.buffer().dropUncommitted(m.range());
            stream.buffered(position);
        }
    }

    /// Two commits, so that a version shows what was buffered before the points went: the first, of what is buffered, if
    /// there is anything, and the second, of the removal, always. The first contains the entries before this one: a replay
    /// that finds its tree built must still do the second.
    private void delete(long position, TabletStream stream, TimeRange range) {
        freeze(stream, position - 1);
        stream.buffer().erase(range);
        stream.buffered(position);
        freeze(stream, position);
    }

    /// Makes what is buffered a commit, if anything is.
    void freeze(TabletStream stream, long through) {
        if (stream.buffer().version().minor() > 0) {
            stream.frozen(stream.buffer().freeze().major(), through);
            effects.frozen(stream);
        }
    }

    /// Lets go of a stream that was taken out of {@link #streams}.
    void discard(TabletStream stream) {
        effects.obliterated(stream);
    }

    /// Adds a stream as it was created, or as a checkpoint has it.
    void addStream(StreamId id, long builtMajor, SeriesRoot builtRoot, long builtThrough) {
        StreamBuffer buffer = pqm.open(id, builtMajor, builtRoot);
        streams.put(id, new TabletStream(id, buffer, builtMajor, builtRoot, builtThrough));
    }
}
