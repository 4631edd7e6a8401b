package io.distil.replication.backup;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.VersionSelector;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Makes backups and checks them: the door of this package, together with {@link Restore}.
///
/// A backup is a directory, reached through a {@link Disk} of its own.
///
/// ```
/// plan written ──▶ parts written, several at once ──▶ manifest written: the backup is complete
///      ▲                      │
///      └── begun again after ─┘ an interruption: parts that are whole stay
/// ```
public final class Backup {
    private static final int PAGE_STREAMS = 1000;
    private static final int FLUSHES_IN_FLIGHT_MAX = 100;

    private Backup() {}

    /// Makes a backup, or finishes the one that was begun in this directory; then `selection` counts for nothing, the plan
    /// is kept.
    ///
    /// @param newId identity of the backup, if it is a new one
    /// @param finished told of every part when it is written, and at once of those that are there; any thread
    /// @throws Refused `INVALID_ARGUMENT` if there is a complete backup in the directory already
    public static <S extends StreamStore & TableStore> BackupManifest make(
            S store,
            Disk disk,
            BackupSelection selection,
            BackupOptions options,
            NanoClock clock,
            UUID newId,
            Consumer<BackupPart> finished)
            throws IOException {
        if (disk.exists(BackupFormat.MANIFEST)) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, "there is a complete backup in this directory; choose another");
        }
        BackupSource source = new BackupSource(store, store);
        BackupPlan plan = BackupPlan.read(disk).orElse(null);
        if (plan == null) {
            List<BackupItem> items = new ArrayList<>();
            List<KeyRange> ranges = new ArrayList<>();
            select(source, selection, options.flushesFirst(), items, ranges);
            List<Slice> slices = new SlicePlanner(source, options.partBytes()).plan(items, ranges);
            plan = new BackupPlan(newId, clock.epochNanos(), items, slices);
            plan.write(disk);
        }
        return writeParts(source, disk, plan, options, finished);
    }

    private static BackupManifest writeParts(
            BackupSource source, Disk disk, BackupPlan plan, BackupOptions options, Consumer<BackupPart> finished)
            throws IOException {
        disk.createDirectories(BackupFormat.PARTS);
        List<List<BackupPart>> bySlice = new ArrayList<>();
        plan.slices().forEach(_ -> bySlice.add(List.of()));
        Workers.run(
                options.workerCount(),
                plan.slices().size(),
                index -> {
                    SliceWriter writer = new SliceWriter(plan, index, source, disk, options.partBytes());
                    List<BackupPart> written = writer.write(finished);
                    synchronized (bySlice) {
                        bySlice.set(index, written);
                    }
                });
        List<BackupPart> parts = bySlice.stream().flatMap(List::stream).toList();
        disk.syncDirectory(BackupFormat.PARTS);
        plan.writeManifest(disk, parts);
        return new BackupManifest(plan.id(), plan.createdEpochNanos(), plan.items(), parts);
    }

    /// What was selected, each at the version it has now. A commit before that makes a version that stays readable.
    private static void select(
            BackupSource source,
            BackupSelection selection,
            boolean flushes,
            List<BackupItem> items,
            List<KeyRange> ranges)
            throws IOException {
        TreeMap<String, TableInfo> tables = new TreeMap<>();
        for (String prefix : selection.tablePrefixes()) {
            source.tables().tables(prefix).forEach(table -> tables.put(table.name(), table));
        }
        for (TableInfo table : tables.values()) {
            selectTable(source, table, flushes, items, ranges);
        }
        List<StreamInfo> streams = new ArrayList<>(streams(source.streams(), selection).values());
        for (int from = 0; from < streams.size(); from += FLUSHES_IN_FLIGHT_MAX) {
            int until = Math.min(streams.size(), from + FLUSHES_IN_FLIGHT_MAX);
            addStreams(items, source, streams.subList(from, until), flushes);
        }
        while (ranges.size() < items.size()) {
            ranges.add(KeyRange.ALL);
        }
    }

    /// A table that lies in several groups is an item for each of them, because each counts versions for itself.
    private static void selectTable(
            BackupSource source, TableInfo table, boolean flushes, List<BackupItem> items, List<KeyRange> ranges)
            throws IOException {
        Version version =
                flushes
                        ? await(source.tables().submit(new Mutation.FlushTable(table.name()))).version()
                        : table.version();
        List<KeyRange> stretches = source.stretches(table.name());
        for (KeyRange stretch : stretches) {
            if (stretches.size() > 1) {
                try (TableSnapshot now = source.tables().tableSnapshot(table.name(), VersionSelector.LATEST, stretch)) {
                    version = now.version();
                }
            }
            items.add(
                    new BackupItem.OfTable(table.name(), Version.ofMajor(version.major()), table.createdEpochNanos()));
            ranges.add(stretch);
        }
    }

    private static void addStreams(
            List<BackupItem> items, BackupSource source, List<StreamInfo> streams, boolean flushes) throws IOException {
        List<CompletableFuture<Version>> versions = new ArrayList<>();
        for (StreamInfo stream : streams) {
            versions.add(
                    flushes
                            ? source.streams().flush(stream.descriptor().id())
                            : CompletableFuture.completedFuture(stream.version()));
        }
        for (int i = 0; i < streams.size(); i++) {
            Version version = Version.ofMajor(await(versions.get(i)).major());
            items.add(new BackupItem.OfStream(streams.get(i).descriptor(), version));
        }
    }

    private static TreeMap<StreamId, StreamInfo> streams(StreamStore store, BackupSelection selection)
            throws IOException {
        TreeMap<StreamId, StreamInfo> streams = new TreeMap<>();
        for (StreamId id : selection.streams()) {
            streams.put(id, store.info(id));
        }
        for (String prefix : selection.collectionPrefixes()) {
            try (StreamCursor cursor = store.find(StreamFilter.ofPrefix(prefix))) {
                for (List<StreamInfo> page = cursor.next(PAGE_STREAMS);
                        !page.isEmpty();
                        page = cursor.next(PAGE_STREAMS)) {
                    page.forEach(info -> streams.put(info.descriptor().id(), info));
                }
            }
        }
        return streams;
    }

    static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                default -> throw e;
            }
        }
    }

    /// What is in a complete backup, by its manifest.
    ///
    /// @throws CorruptBlock if there is none, or it is damaged
    public static BackupManifest read(Disk disk) throws IOException {
        return BackupPlan.readManifest(disk);
    }

    /// Reads a whole backup and says what is wrong with it: every part against its checksum and the manifest.
    ///
    /// @param checked told of every part that is sound; any thread
    /// @return one sentence for each part that is damaged, naming it, in the order of the parts; empty for a sound backup
    public static List<String> verify(Disk disk, int workerCount, Consumer<BackupPart> checked) throws IOException {
        BackupManifest manifest = BackupPlan.readManifest(disk);
        BackupPlan plan = BackupPlan.ofManifest(disk);
        String[] damage = new String[manifest.parts().size()];
        PartReader.End[] ends = new PartReader.End[manifest.parts().size()];
        Workers.run(
                workerCount,
                manifest.parts().size(),
                index -> {
                    BackupPart part = manifest.parts().get(index);
                    try {
                        ends[index] = read(plan, part, disk, new PartReader.Visitor() {});
                        checked.accept(part);
                    } catch (CorruptBlock | Refused e) {
                        damage[index] = e.getMessage();
                    }
                });
        List<String> missing = missing(plan, manifest.parts(), ends);
        return Stream.concat(Stream.of(damage).filter(sentence -> sentence != null), missing.stream()).toList();
    }

    /// Reads a part and compares it with what the manifest says of it.
    static PartReader.End read(BackupPlan plan, BackupPart part, Disk disk, PartReader.Visitor visitor)
            throws IOException {
        if (part.slice() >= plan.slices().size()) {
            throw new CorruptBlock(part.fileName() + ": the plan has " + plan.slices().size() + " slices");
        }
        PartReader.End end = new PartReader(plan, part.slice(), part.number(), visitor).read(disk);
        if (!end.part().equals(part)) {
            throw new CorruptBlock(
                    "%s has %d bytes of checksum %08x, the manifest wants %d of %08x"
                            .formatted(
                                    part.fileName(),
                                    end.part().bytes(),
                                    end.part().checksum(),
                                    part.bytes(),
                                    part.checksum()));
        }
        return end;
    }

    /// Every slice must go from its first part to the one that says it is the last.
    private static List<String> missing(BackupPlan plan, List<BackupPart> parts, PartReader.End[] ends) {
        List<String> missing = new ArrayList<>();
        int next = 0;
        for (int slice = 0; slice < plan.slices().size(); slice++) {
            boolean isWhole = false;
            for (int number = 1; next < parts.size() && parts.get(next).slice() == slice; number++, next++) {
                if (parts.get(next).number() != number) {
                    missing.add(new BackupPart(slice, number, 0, 0, 0).fileName() + " is missing in the manifest");
                }
                // A damaged part is told of already.
                isWhole = ends[next] == null || ends[next].isLast();
            }
            if (!isWhole) {
                missing.add("slice " + slice + " ends before its last part");
            }
        }
        return missing;
    }
}
