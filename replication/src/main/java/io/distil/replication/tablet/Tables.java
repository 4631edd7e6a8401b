package io.distil.replication.tablet;

import io.distil.storage.store.Table;

/// The tables a tablet keeps in the store's keyed tree; their layouts are in `docs/formats/catalog.md`.
final class Tables {
    /// Stream id → description, newest built major, the log position in it, its root.
    static final Table STREAMS = new Table(1, "streams", Table.Part.STREAM);

    /// Stream id → nothing.
    static final Table OBLITERATED = new Table(2, "obliterated", Table.Part.STREAM);

    /// Stream id and major → series root.
    static final Table VERSIONS = new Table(3, "versions", Table.Part.STREAM, Table.Part.NUMBER);

    /// Client id → its last outcomes.
    static final Table SESSIONS = new Table(4, "sessions", Table.Part.STREAM);

    /// Key → revision and value.
    static final Table RECORDS = new Table(5, "records", Table.Part.TEXT);

    /// Always zero → log positions that had no effect and may be replayed.
    static final Table VOID_POSITIONS = new Table(6, "void-positions", Table.Part.NUMBER);

    /// Always zero → which term begins at which log position.
    static final Table TERMS = new Table(7, "terms", Table.Part.NUMBER);

    /// Id → a tablet the group has.
    static final Table TABLETS = new Table(12, "tablets", Table.Part.NUMBER);

    private Tables() {}
}
