package io.distil.replication.backup;

import io.distil.base.CorruptBlock;
import io.distil.base.api.Mutation;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamStore;
import io.distil.base.memory.MemoryReader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which parts of a backup are in the target, kept in a record of the target itself. Safe for use by many threads.
final class RestoreProgress {
    /// A part by its slice and its number.
    private record Done(int slice, int number) {
        static Done of(BackupPart part) {
            return new Done(part.slice(), part.number());
        }
    }

    /// Kept in one record, so many parts: more would not fit. Beyond them a restoration that is interrupted repeats work.
    private static final int DONE_COUNT_MAX = Mutation.PutRecord.VALUE_BYTES_MAX / 8 - 1;

    private final StreamStore store;
    private final String key;
    private final Set<Done> done;
    private long revision;

    private RestoreProgress(StreamStore store, String key, long revision, Set<Done> done) {
        this.store = store;
        this.key = key;
        this.revision = revision;
        this.done = done;
    }

    static RestoreProgress open(StreamStore store, String key) throws IOException {
        Optional<StoredRecord> record = store.record(key);
        return record.isEmpty()
                ? new RestoreProgress(store, key, 0, new HashSet<>())
                : new RestoreProgress(store, key, record.get().revision(), decode(key, record.get().value()));
    }

    private static Set<Done> decode(String key, byte[] value) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(value), "record " + key);
        Set<Done> done = new HashSet<>();
        for (int left = reader.u32(); left > 0; left--) {
            done.add(new Done(reader.u32(), reader.u32()));
        }
        return done;
    }

    boolean isBegun() {
        return revision > 0;
    }

    synchronized boolean isDone(BackupPart part) {
        return done.contains(Done.of(part));
    }

    synchronized void begin() throws IOException {
        put(true);
    }

    synchronized void done(BackupPart part) throws IOException {
        if (done.size() < DONE_COUNT_MAX && done.add(Done.of(part))) {
            put(true);
        }
    }

    synchronized void end() throws IOException {
        put(false);
    }

    private void put(boolean present) throws IOException {
        byte[] value =
                BackupPlan.bytes(
                        4 + 8 * done.size(),
                        w -> {
                            w.u32(done.size());
                            done.forEach(part -> w.u32(part.slice()).u32(part.number()));
                        });
        Mutation.PutRecord record =
                new Mutation.PutRecord(key, revision, present ? Optional.of(value) : Optional.empty());
        Backup.await(store.submit(new Mutation.Atomic(List.of(), List.of(record))));
        revision++;
    }
}
