package io.distil.replication.backup;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableStore;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Brings a backup back, into an empty store or one in use, by ordinary mutations.
///
/// Nothing that is there is overwritten: a table or stream that exists already refuses the whole restoration, before it has
/// begun. Every mutation may be repeated without harm (rows are set, the points of a range replaced), and a record in the
/// target says which parts are done; so a restoration that was interrupted is begun again and goes on. It is told
/// from others by the backup and by where it goes. Used once.
public final class Restore {
    /// Mutations of one part that are on their way at once: enough to hide the way there and back.
    private static final int IN_FLIGHT_MAX = 8;

    private final StreamStore streams;
    private final TableStore tables;
    private final Disk disk;
    private final RestoreOptions options;
    private final Consumer<BackupPart> restored;
    private final BackupManifest manifest;
    private final BackupPlan plan;

    private <S extends StreamStore & TableStore> Restore(
            S store, Disk disk, RestoreOptions options, Consumer<BackupPart> restored) throws IOException {
        this.streams = store;
        this.tables = store;
        this.disk = disk;
        this.options = options;
        this.restored = restored;
        this.manifest = BackupPlan.readManifest(disk);
        this.plan = BackupPlan.ofManifest(disk);
    }

    /// Restores the backup in `disk`.
    ///
    /// @param restored told of every part that is in the store, and at once of those that were before; any thread
    /// @throws Refused `TABLE_EXISTS`, `STREAM_ID_EXISTS`, `STREAM_NAME_EXISTS` or `STREAM_ID_OBLITERATED` if the target has
    ///     what is to be restored; nothing was changed
    /// @throws CorruptBlock naming the part, if it is damaged; what was restored before stays
    public static <S extends StreamStore & TableStore> BackupManifest run(
            S store, Disk disk, RestoreOptions options, Consumer<BackupPart> restored) throws IOException {
        return new Restore(store, disk, options, restored).run();
    }

    private BackupManifest run() throws IOException {
        RestoreProgress progress = RestoreProgress.open(streams, recordKey());
        if (!progress.isBegun()) {
            for (BackupItem item : plan.items()) {
                checkIsAbsent(item);
            }
            progress.begin();
        }
        for (BackupItem item : plan.items()) {
            create(item);
        }
        List<BackupPart> left = new ArrayList<>();
        for (BackupPart part : manifest.parts()) {
            if (progress.isDone(part)) {
                restored.accept(part);
            } else {
                left.add(part);
            }
        }
        Workers.run(
                options.workerCount(),
                left.size(),
                index -> {
                    restore(left.get(index));
                    progress.done(left.get(index));
                    restored.accept(left.get(index));
                });
        for (BackupItem item : plan.items()) {
            flush(item);
        }
        progress.end();
        return manifest;
    }

    /// The same for the same backup and the same targets, so that it is found again.
    private String recordKey() {
        MessageDigest digest = sha256();
        for (BackupItem item : plan.items()) {
            String target =
                    switch (item) {
                        case BackupItem.OfTable table -> "t" + options.renamed(table.table());
                        case BackupItem.OfStream stream -> "s" + target(stream).id();
                    };
            digest.update((target + "\0").getBytes(StandardCharsets.UTF_8));
        }
        long targets = ByteBuffer.wrap(digest.digest()).getLong();
        return "restore/%s/%016x".formatted(plan.id(), targets);
    }

    private StreamDescriptor target(BackupItem.OfStream stream) {
        StreamDescriptor d = stream.descriptor();
        StreamId id = options.newStreamIds() ? newId(d) : d.id();
        return new StreamDescriptor(id, options.renamed(d.collection()), d.tags(), d.annotations(), 1);
    }

    /// Always the same for a stream of this backup that gets this name.
    private StreamId newId(StreamDescriptor d) {
        String text = plan.id() + " " + d.id() + " " + options.renamed(d.collection());
        ByteBuffer digest = ByteBuffer.wrap(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
        return new StreamId(digest.getLong(), digest.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void checkIsAbsent(BackupItem item) throws IOException {
        switch (item) {
            case BackupItem.OfTable table -> {
                String name = options.renamed(table.table());
                if (tables.tables(name).stream().anyMatch(info -> info.name().equals(name))) {
                    throw new Refused(
                            ErrorCode.TABLE_EXISTS, "table " + name + " exists; restore it under another name");
                }
            }
            case BackupItem.OfStream stream -> {
                StreamDescriptor target = target(stream);
                if (exists(target.id())) {
                    throw new Refused(
                            ErrorCode.STREAM_ID_EXISTS,
                            "stream " + target.path() + " exists; restore it with a new id and under another name");
                }
            }
        }
    }

    private boolean exists(StreamId id) throws IOException {
        try {
            streams.info(id);
            return true;
        } catch (Refused e) {
            if (e.code() == ErrorCode.NO_SUCH_STREAM) {
                return false;
            }
            throw e;
        }
    }

    private void create(BackupItem item) throws IOException {
        try {
            switch (item) {
                case BackupItem.OfTable table ->
                        Backup.await(tables.submit(new Mutation.CreateTable(options.renamed(table.table()))));
                case BackupItem.OfStream stream -> Backup.await(streams.submit(new Mutation.Create(target(stream))));
            }
        } catch (Refused e) {
            // From before an interruption: nothing of this name was there when the restoration began.
            if (e.code() != ErrorCode.TABLE_EXISTS && e.code() != ErrorCode.STREAM_ID_EXISTS) {
                throw e;
            }
        }
    }

    private void flush(BackupItem item) throws IOException {
        switch (item) {
            case BackupItem.OfTable table ->
                    Backup.await(tables.submit(new Mutation.FlushTable(options.renamed(table.table()))));
            case BackupItem.OfStream stream -> Backup.await(streams.flush(target(stream).id()));
        }
    }

    private void restore(BackupPart part) throws IOException {
        try (InFlight inFlight = new InFlight()) {
            Backup.read(
                    plan,
                    part,
                    disk,
                    new PartReader.Visitor() {
                        @Override
                        public void rows(Slice.Piece piece, List<KeyWrite> rows) throws IOException {
                            BackupItem.OfTable table = (BackupItem.OfTable) plan.items().get(piece.item());
                            inFlight.submit(new Mutation.WriteTable(options.renamed(table.table()), rows), null);
                        }

                        @Override
                        public void points(Slice.Piece piece, long from, long until, long[] times, double[] values)
                                throws IOException {
                            BackupItem.OfStream stream = (BackupItem.OfStream) plan.items().get(piece.item());
                            PointBatch batch = new PointBatch(times.length);
                            for (int i = 0; i < times.length; i++) {
                                batch.append(times[i], values[i]);
                            }
                            Mutation.Replace replace =
                                    new Mutation.Replace(
                                            target(stream).id(), new TimeRange(from, until), batch.columns());
                            inFlight.submit(new Mutation.Atomic(List.of(replace), List.of()), batch);
                        }
                    });
            inFlight.awaitAll();
        }
    }

    /// The mutations of one part that are not answered yet, with the memory that they keep. One owner thread.
    private final class InFlight implements AutoCloseable {
        private record Sent(CompletableFuture<Outcome> answer, PointBatch batch) {}

        private final Deque<Sent> sent = new ArrayDeque<>();

        /// @param batch closed when the answer is there, or null
        void submit(Mutation mutation, PointBatch batch) throws IOException {
            sent.addLast(new Sent(streams.submit(mutation), batch));
            if (sent.size() >= IN_FLIGHT_MAX) {
                awaitFirst();
            }
        }

        private void awaitFirst() throws IOException {
            Sent first = sent.getFirst();
            try {
                Backup.await(first.answer());
            } finally {
                sent.removeFirst();
                if (first.batch() != null) {
                    first.batch().close();
                }
            }
        }

        void awaitAll() throws IOException {
            while (!sent.isEmpty()) {
                awaitFirst();
            }
        }

        /// After a failure: the memory may be given back only when nobody reads it any more.
        @Override
        public void close() {
            while (!sent.isEmpty()) {
                try {
                    awaitFirst();
                } catch (IOException | RuntimeException e) {
                    // The first failure is the one that is told.
                }
            }
        }
    }
}
