package io.distil.replication.tablet;

import io.distil.base.StreamId;
import io.distil.replication.catalog.Sessions;

import java.util.HashSet;
import java.util.Set;

/// What changed since the last checkpoint and must be written by the next. A name stands here if anything about it changed;
/// what it became, or that it is gone, is read from the state when the checkpoint is made.
final class Dirty {
    private final Set<StreamId> streams = new HashSet<>();
    private final Set<StreamId> obliterated = new HashSet<>();
    private final Set<String> records = new HashSet<>();
    private final Set<Sessions.Client> sessions = new HashSet<>();
    private final Set<StreamId> departed = new HashSet<>();
    private boolean termsChanged;
    private boolean tabletsChanged;

    void stream(StreamId id) {
        streams.add(id);
    }

    void obliterated(StreamId id) {
        streams.add(id);
        obliterated.add(id);
    }

    void record(String key) {
        records.add(key);
    }

    void terms() {
        termsChanged = true;
    }

    /// Says that nothing of a stream is kept, not even that there was one: it is another group's now.
    void departed(StreamId id) {
        streams.add(id);
        departed.add(id);
    }

    void tablets() {
        tabletsChanged = true;
    }

    boolean haveTabletsChanged() {
        return tabletsChanged;
    }

    Set<StreamId> departed() {
        return departed;
    }

    void session(Sessions.Client client) {
        sessions.add(client);
    }

    Set<StreamId> streams() {
        return streams;
    }

    Set<StreamId> obliterated() {
        return obliterated;
    }

    Set<String> records() {
        return records;
    }

    Set<Sessions.Client> sessions() {
        return sessions;
    }

    boolean haveTermsChanged() {
        return termsChanged;
    }

    void clear() {
        streams.clear();
        obliterated.clear();
        records.clear();
        sessions.clear();
        departed.clear();
        termsChanged = false;
        tabletsChanged = false;
    }
}
