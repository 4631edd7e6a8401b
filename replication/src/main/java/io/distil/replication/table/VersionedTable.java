package io.distil.replication.table;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableRow;
import io.distil.replication.flush.LoggedCommits;
import io.distil.storage.keyed.KeyedTree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// One table between log, memory and trees.
///
/// ```
///                 write                             minor + 1
///                   │
///                   ▼      freeze: major + 1, minor 0
///             active layer ───────────────▶ frozen layers ── buildNext ──▶ flusher
///                                                 │                          │ builds a tree
///                                                 ╳ ◀────── installed ───────┘
/// ```
///
/// The tablet's thread calls everything but {@link #acquire}, {@link #version}, {@link #unsaved} and what concerns watchers,
/// in the order of the log; the same calls in the same order give the same versions and rows on every replica, however much
/// later commits are built. Each call publishes the next view with one volatile write.
final class VersionedTable {
    private final String name;
    private final long number;
    private final long createdEpochNanos;
    private final KeyedTree tree;
    private final TableMemory memory;
    private final LoggedCommits commits;
    private final RecentChanges recent;

    /// Majors built since the last checkpoint; older ones are in the store's keyed tree.
    private final Map<Long, BuiltTable> unsaved = new ConcurrentHashMap<>();

    private final List<WatchSignal> watchers = new CopyOnWriteArrayList<>();
    private volatile TableView published;

    /// Why it cannot be asked any more, or null.
    private volatile Refused gone;

    /// When the oldest write that is not frozen was applied.
    private long bufferedSinceNanos;

    private boolean building;
    private boolean flushProposed;

    /// @param number tells it from earlier and later tables of the same name: the log position of its creation
    /// @param builtMajor the newest major version that has a tree, `built`
    /// @param builtThrough the last log position whose effect is in that tree
    VersionedTable(
            String name,
            long number,
            long createdEpochNanos,
            long builtMajor,
            BuiltTable built,
            long builtThrough,
            KeyedTree tree,
            TableOptions options,
            TableMemory memory) {
        this.name = name;
        this.number = number;
        this.createdEpochNanos = createdEpochNanos;
        this.tree = tree;
        this.memory = memory;
        this.commits = new LoggedCommits(builtMajor, builtThrough);
        Version version = Version.ofMajor(builtMajor);
        this.recent = new RecentChanges(version, options, memory);
        this.published = new TableView(tree, version, builtMajor, built, List.of(new TableLayer(builtMajor, memory)));
    }

    String name() {
        return name;
    }

    long number() {
        return number;
    }

    long createdEpochNanos() {
        return createdEpochNanos;
    }

    LoggedCommits commits() {
        return commits;
    }

    BuiltTable built() {
        return published.built();
    }

    /// A major version built since the last checkpoint, or null. Any thread.
    BuiltTable unsaved(long major) {
        return unsaved.get(major);
    }

    Map<Long, BuiltTable> unsaved() {
        return unsaved;
    }

    /// The present version. Any thread.
    Version version() {
        return published.version();
    }

    /// The table at its present version, to be released. Any thread.
    ///
    /// @throws Refused once the table is gone
    TableView acquire() {
        while (true) {
            checkNotGone();
            TableView view = published;
            if (view.tryHold()) {
                return view;
            }
        }
    }

    void checkNotGone() {
        Refused why = gone;
        if (why != null) {
            throw new Refused(why.code(), why.getMessage());
        }
    }

    boolean isGone() {
        return gone != null;
    }

    // What the log says.

    /// Does a batch if every condition holds.
    ///
    /// @param position of the log entry
    /// @throws Refused `CONDITION_FAILED`; nothing was changed
    /// @throws IOException if a row that a condition asks for cannot be read: then nobody can say what replicas agree on
    Version write(long position, List<KeyWrite> writes, long nowNanos) throws IOException {
        TableRows rows = published.rows();
        for (KeyWrite write : writes) {
            check(rows, write);
        }
        return rewrite(position, writes, nowNanos);
    }

    /// Does a batch whose conditions held when the entry was first applied.
    Version rewrite(long position, List<KeyWrite> writes, long nowNanos) {
        TableView before = published;
        if (before.version().minor() == 0) {
            bufferedSinceNanos = nowNanos;
        }
        Version version = before.version().nextMinor();
        List<TableChange> changes = new ArrayList<>(writes.size());
        for (KeyWrite write : writes) {
            before.active().put(write.key(), version, write.value().orElse(null));
            changes.add(new TableChange(write.key(), version, write.value()));
        }
        commits.buffered(position);
        publish(new TableView(tree, version, before.builtMajor(), before.built(), before.layers()));
        recent.put(version, changes);
        watchers.forEach(WatchSignal::ring);
        return version;
    }

    /// Puts a row of a copy as the commit that is being copied left it, under the version it has there.
    ///
    /// @param value null if the commit left it absent
    void importRow(long position, byte[] key, Version version, byte[] value) {
        TableView before = published;
        before.active().put(key, version, value);
        commits.buffered(position);
        long minor = Math.max(before.version().minor(), version.minor());
        Version present = new Version(before.version().major(), minor);
        publish(new TableView(tree, present, before.builtMajor(), before.built(), before.layers()));
    }

    /// Makes a commit of the rows of a copy, even if it changed none of them: {@link #freeze} must follow. Single changes
    /// of a copy are not known; who watches from an earlier version on gets the difference.
    void importCommit(long position) {
        TableView before = published;
        commits.buffered(position);
        Version present = new Version(before.version().major(), Math.max(1, before.version().minor()));
        publish(new TableView(tree, present, before.builtMajor(), before.built(), before.layers()));
        recent.beginAt(Version.ofMajor(present.major() + 1));
    }

    private void check(TableRows rows, KeyWrite write) throws IOException {
        String wanted =
                switch (write.condition()) {
                    case KeyWrite.Condition.Always _ -> null;
                    case KeyWrite.Condition.Absent _ -> rows.contains(write.key()) ? "to be absent" : null;
                    case KeyWrite.Condition.Present _ -> rows.contains(write.key()) ? null : "to be present";
                    case KeyWrite.Condition.WrittenAt(Version version) -> {
                        Optional<TableRow> row = rows.get(write.key());
                        boolean holds = row.isPresent() && row.get().version().equals(version);
                        yield holds ? null : "to be as version " + version + " wrote it";
                    }
                    case KeyWrite.Condition.ValueIs(byte[] value) -> {
                        Optional<TableRow> row = rows.get(write.key());
                        boolean holds = row.isPresent() && Arrays.equals(row.get().value(), value);
                        yield holds ? null : "to have another value";
                    }
                };
        if (wanted != null) {
            Optional<TableRow> row = rows.get(write.key());
            String found = row.isEmpty() ? "it is absent" : "it was written at version " + row.get().version();
            throw new Refused(
                    ErrorCode.CONDITION_FAILED,
                    "key "
                            + HexFormat.of().formatHex(write.key())
                            + " of table "
                            + name
                            + " was wanted "
                            + wanted
                            + "; "
                            + found);
        }
    }

    /// Turns what is buffered into a commit: major + 1, minor 0, at once.
    ///
    /// @return false if nothing is buffered: then nothing changes
    boolean freeze(long position) {
        TableView before = published;
        flushProposed = false;
        if (before.version().minor() == 0) {
            return false;
        }
        Version version = before.version().nextMajor();
        List<TableLayer> layers = new ArrayList<>(before.layers());
        layers.add(new TableLayer(version.major(), memory));
        commits.frozen(version.major(), position);
        publish(new TableView(tree, version, before.builtMajor(), before.built(), layers));
        return true;
    }

    /// The oldest commit without a tree has one now.
    void installed(long major, BuiltTable built) {
        TableView before = published;
        BrokenInvariant.check(
                major == before.builtMajor() + 1 && major <= before.version().major(),
                "table "
                        + name
                        + " at "
                        + before.version()
                        + " with version "
                        + before.builtMajor()
                        + " built was given a tree of version "
                        + major);
        commits.built(major);
        // Before the view that has no layer for it any more: readers look there first.
        unsaved.put(major, built);
        List<TableLayer> layers = before.layers().subList(1, before.layers().size());
        publish(new TableView(tree, before.version(), major, built, layers));
        before.layers().getFirst().unbuffer();
    }

    private void publish(TableView next) {
        TableView before = published;
        published = next;
        before.release();
    }

    /// The table can be asked no more: dropped, or its store closed. Who holds a view goes on reading it.
    void retire(Refused why) {
        refuse(why);
        published.layers().forEach(TableLayer::unbuffer);
        published.release();
        recent.clear();
    }

    /// Nobody may begin to read or go on watching; nothing is let go of yet.
    void refuse(Refused why) {
        gone = why;
        watchers.forEach(WatchSignal::ring);
    }

    // What the flusher needs to know; tablet's thread.

    long bufferedBytes() {
        return published.active().bytes();
    }

    long bufferedSinceNanos() {
        return bufferedSinceNanos;
    }

    boolean isBuffering() {
        return published.version().minor() > 0;
    }

    boolean isBuilding() {
        return building;
    }

    void setBuilding(boolean nowBuilding) {
        building = nowBuilding;
    }

    boolean isFlushProposed() {
        return flushProposed;
    }

    void setFlushProposed(boolean nowProposed) {
        flushProposed = nowProposed;
    }

    // Watching; any thread.

    RecentChanges recent() {
        return recent;
    }

    /// Rings `signal` after every write from now on, and when the table is gone.
    void addWatcher(WatchSignal signal) {
        watchers.add(signal);
    }

    void removeWatcher(WatchSignal signal) {
        watchers.remove(signal);
    }
}
