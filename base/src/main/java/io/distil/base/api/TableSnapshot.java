package io.distil.base.api;

import io.distil.base.Version;

import java.io.IOException;
import java.util.Optional;

/// One table at one version: tree and buffer merged, unchanging however long it is held. Holding it holds memory; close it.
/// Any thread may ask, each cursor has one owner; cursors must be closed before their snapshot.
public interface TableSnapshot extends AutoCloseable {
    String table();

    /// The version shown here.
    Version version();

    Optional<TableRow> get(byte[] key) throws IOException;

    /// Rows of the range by key, ascending, or descending when `backward`.
    TableCursor<TableRow> scan(KeyRange range, boolean backward) throws IOException;

    /// Rows in the range, by the counts of inner nodes; costs the depth of the tree and what is buffered.
    long count(KeyRange range) throws IOException;

    /// The keys of the range whose rows differ between `since` and the version shown here, by key; each once, as it is
    /// now. Cost by the size of the difference: subtrees that both versions share are skipped.
    ///
    /// @param since a retained major version, or the one shown here
    /// @throws io.distil.base.Refused `INVALID_VERSION` if it is later, `VERSION_NOT_AVAILABLE` if it cannot be read
    TableCursor<TableChange> changesSince(Version since, KeyRange range) throws IOException;

    @Override
    void close();
}
