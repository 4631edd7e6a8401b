package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Every change a store takes, as data. A mutation is done whole or not at all.
public sealed interface Mutation {
    /// Adds points to a stream. An empty batch changes nothing.
    record Insert(StreamId stream, PointColumns points, MergePolicy policy) implements Mutation {}

    /// Removes the points of a range and commits: buffered points become one major version (if there are any), the
    /// removal the next, so that versions before it still show the points.
    record Delete(StreamId stream, TimeRange range) implements Mutation {}

    /// Removes what distillates wrote ahead, without a commit where that is possible. With the stream at another major
    /// version than `since`, an ordinary {@link Delete}; at the same major and a later minor version, what the buffer holds
    /// in the range is dropped (committed points there show again) and the minor version rises; at exactly `since`, nothing.
    record DeleteUncommitted(StreamId stream, TimeRange range, Version since) implements Mutation {}

    /// Commits what is buffered; changes nothing when the buffer is empty.
    record Flush(StreamId stream) implements Mutation {}

    /// Creates a stream; its property version must be 1.
    record Create(StreamDescriptor descriptor) implements Mutation {
        public Create {
            if (descriptor.propertyVersion() != 1) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "a stream is created at property version 1, not " + descriptor.propertyVersion());
            }
        }
    }

    /// Sets and removes annotations if the property version is still the expected one.
    ///
    /// @param expectedPropertyVersion refused as stale when the stream is at another
    record Annotate(StreamId stream, long expectedPropertyVersion, Map<String, String> changes, Set<String> removals)
            implements Mutation {
        public Annotate {
            changes = Map.copyOf(new TreeMap<>(changes));
            removals = Set.copyOf(new TreeSet<>(removals));
            changes.forEach(StreamDescriptor::checkAnnotation);
        }
    }

    /// Forgets a stream, its points and all its versions. Its UUID can never be used again; its name can.
    record Obliterate(StreamId stream) implements Mutation {}

    /// Several outputs and records in one log entry: all or nothing. This is how a distillate replaces its output over a
    /// range and moves its cursor in the same step.
    record Atomic(List<Replace> replacements, List<PutRecord> records) implements Mutation {
        public Atomic {
            replacements = List.copyOf(replacements);
            records = List.copyOf(records);
        }
    }

    /// A part of {@link Atomic}: erases a range of a stream, then adds points inside it, without a commit: the minor version
    /// rises by one, whatever the size.
    ///
    /// @param points none may lie outside `range`; equal times are refused neither here nor there: policy `NEVER`
    record Replace(StreamId stream, TimeRange range, PointColumns points) {}

    /// A part of {@link Atomic}: sets a small named record if it is still what the writer believes it to be.
    ///
    /// @param key 1..255 bytes; a path-like text, its first part the owner: `distillate/moving-mean`
    /// @param expectedRevision 0 if the record must not exist, else the revision it must have; otherwise the whole
    ///     mutation is refused as stale
    /// @param value empty to remove the record; at most 1 MiB
    record PutRecord(String key, long expectedRevision, Optional<byte[]> value) {
        public static final int VALUE_BYTES_MAX = 1 << 20;

        public PutRecord {
            if (value.isPresent() && value.get().length > VALUE_BYTES_MAX) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "record " + key + " has " + value.get().length + " bytes; at most " + VALUE_BYTES_MAX);
            }
        }
    }

    /// What concerns a table of ordered keys.
    sealed interface OfTable extends Mutation {
        /// A path-like name of 1..255 bytes without NUL.
        String table();
    }

    /// Creates an empty table; refused as `TABLE_EXISTS` if there is one of this name.
    record CreateTable(String table) implements OfTable {}

    /// Forgets a table, its rows and all its versions. The name can be used again.
    record DropTable(String table) implements OfTable {}

    /// Sets and removes rows, all or nothing, each key at most once. Raises the table's minor version by one.
    record WriteTable(String table, List<KeyWrite> writes) implements OfTable {
        public WriteTable {
            writes = List.copyOf(writes);
        }
    }

    /// Commits what is buffered; changes nothing when the buffer is empty.
    record FlushTable(String table) implements OfTable {}

    /// A command to a group about the tablets it has: begins, fills, seals, splits one. Comes from whoever coordinates
    /// placement in a cluster, never from programs.
    ///
    /// @param command in the encoding of `io.distil.replication.placement`; a view, as with {@link PointColumns}
    record OfTablets(MemorySegment command) implements Mutation {}
}
