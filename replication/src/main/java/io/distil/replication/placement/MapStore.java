package io.distil.replication.placement;

import io.distil.base.api.Mutation;
import io.distil.base.api.StoredRecord;

import java.io.IOException;
import java.util.List;

/// The records of the root group, where the tablet map lies. Reads are linearizable, writes at a majority; both wait.
public interface MapStore {
    /// Records whose keys start with `prefix`, by key.
    List<StoredRecord> records(String prefix) throws IOException;

    /// @throws io.distil.base.Refused `STALE_RECORD` if a record is at another revision than expected; nothing was changed
    /// @throws IOException in doubt
    void write(Mutation.Atomic records) throws IOException;
}
