package io.distil.base.api;

import io.distil.base.Version;

import java.io.IOException;
import java.util.List;

/// Tables of ordered keys, near or far. Safe for use by many threads. Rows are changed by {@link Mutation.WriteTable}.
public interface TableStore extends Writes {
    /// Tables whose names start with `prefix`, by name.
    List<TableInfo> tables(String prefix) throws IOException;

    /// A table held still at a version.
    ///
    /// @throws io.distil.base.Refused `NO_SUCH_TABLE` or `VERSION_NOT_AVAILABLE`
    TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException;

    /// As {@link #tableSnapshot(String, VersionSelector)}, for questions inside `range` alone: a store that holds a table in
    /// several groups looks at the one that has the range.
    ///
    /// @throws io.distil.base.Refused also `WRONG_TABLET`, if no single group here holds the whole range
    default TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
        return tableSnapshot(table, at);
    }

    /// Watches a range of keys from behind version `since` on; {@link Version#ZERO} for everything from the beginning.
    ///
    /// @throws io.distil.base.Refused `NO_SUCH_TABLE`, or `INVALID_VERSION` if `since` is later than the present one
    TableWatch watch(String table, KeyRange range, Version since) throws IOException;
}
