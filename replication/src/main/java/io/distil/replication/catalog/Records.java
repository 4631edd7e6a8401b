package io.distil.replication.catalog;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Mutation;
import io.distil.base.api.StoredRecord;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// Small named pieces of durable state, changed by compare-and-set. Written by one thread, read by any.
public final class Records {
    private static final int KEY_BYTES_MAX = 255;

    private final NavigableMap<String, StoredRecord> byKey = new ConcurrentSkipListMap<>();

    public Optional<StoredRecord> get(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    public List<StoredRecord> withPrefix(String prefix) {
        List<StoredRecord> found = new ArrayList<>();
        for (StoredRecord record : byKey.tailMap(prefix, true).values()) {
            if (!record.key().startsWith(prefix)) {
                break;
            }
            found.add(record);
        }
        return found;
    }

    /// Refuses a change that is malformed or was made for another revision than the present one.
    public void check(Mutation.PutRecord put) {
        int keyBytes = put.key().getBytes(StandardCharsets.UTF_8).length;
        if (keyBytes < 1 || keyBytes > KEY_BYTES_MAX || put.key().indexOf('\0') >= 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "a record key has 1.." + KEY_BYTES_MAX + " bytes and no NUL; this one has " + keyBytes);
        }
        StoredRecord present = byKey.get(put.key());
        long revision = present == null ? 0 : present.revision();
        if (revision != put.expectedRevision()) {
            throw new Refused(
                    ErrorCode.STALE_RECORD,
                    "record " + put.key() + " is at revision " + revision + ", not " + put.expectedRevision());
        }
    }

    /// Does a change that {@link #check} let pass.
    public void apply(Mutation.PutRecord put) {
        if (put.value().isPresent()) {
            put(new StoredRecord(put.key(), put.expectedRevision() + 1, put.value().get()));
        } else {
            byKey.remove(put.key());
        }
    }

    /// Takes a record as it was at a checkpoint.
    public void put(StoredRecord record) {
        byKey.put(record.key(), record);
    }
}
