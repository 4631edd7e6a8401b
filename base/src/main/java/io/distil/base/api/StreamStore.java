package io.distil.base.api;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/// A store of streams, near or far. Safe for use by many threads.
public interface StreamStore extends Writes, AutoCloseable {
    /// The stream with this id.
    ///
    /// @throws Refused `NO_SUCH_STREAM`
    StreamInfo info(StreamId stream) throws IOException;

    /// All streams that match.
    StreamCursor find(StreamFilter filter) throws IOException;

    /// Collections that start with `prefix` and have a stream, ascending.
    List<String> collections(String prefix) throws IOException;

    /// A stream held still at a version.
    ///
    /// @throws Refused `NO_SUCH_STREAM` or `VERSION_NOT_AVAILABLE`
    StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException;

    /// The record under `key`, if there is one.
    Optional<StoredRecord> record(String key) throws IOException;

    /// Records whose keys start with `prefix`, by key.
    List<StoredRecord> records(String prefix) throws IOException;

    /// What the store says of itself, for people and monitoring: dotted names to short texts, `disk.path`, `pqm.bytes`, …
    SortedMap<String, String> status() throws IOException;

    default CompletableFuture<Version> insert(StreamId stream, PointColumns points, MergePolicy policy) {
        return submit(new Mutation.Insert(stream, points, policy)).thenApply(Outcome::version);
    }

    default CompletableFuture<Version> delete(StreamId stream, TimeRange range) {
        return submit(new Mutation.Delete(stream, range)).thenApply(Outcome::version);
    }

    default CompletableFuture<Version> flush(StreamId stream) {
        return submit(new Mutation.Flush(stream)).thenApply(Outcome::version);
    }

    @Override
    void close() throws IOException;
}
