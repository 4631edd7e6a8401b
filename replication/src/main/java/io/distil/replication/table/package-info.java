/// Tables of ordered keys: between the command log, which makes a write durable, and a keyed tree per table, which makes it
/// cheap to ask about.
///
/// It promises: a write applied here is visible at once, merged with the tree; a batch is done whole or not at all, by
/// conditions on the rows as they are when the log says so; its version is the same on every replica; readers never wait,
/// hold a version as long as they like, and copy nothing for it; what is buffered has a budget; who watches a range sees
/// every change in order, or, when too far behind, what it amounts to. It does not know the log, nor who leads.
///
/// Reading order: {@link io.distil.replication.table.TablesState} (what a log entry does, and the door for questions),
/// `VersionedTable` (one table: what can happen to it), `TableLayer` (the rows of one commit in memory, in all their states),
/// `TableView` and `TableRows` (what a version consists of), `ReadTable` (a snapshot), `RowCursor` and `ChangeCursor` (walks),
/// `RecentChanges` and `TableWatcher` (watching), {@link io.distil.replication.table.TableFlushQueue} and `TableBuilder` (from
/// memory into trees), {@link io.distil.replication.table.TableCheckpoints} and
/// {@link io.distil.replication.table.TablesInStore} (what a restart finds again), `StoredRow` and `BuiltTable` (bytes).
///
/// ## One table, with numbers
///
/// A table stands at version 5.0; its tree holds keys a (written at 3.2) and b (4.1). The log says:
///
/// | applied | version | active layer afterwards |
/// |---|---|---|
/// | set c, if absent | 5.1 | c: 5.1 |
/// | set b; remove a | 5.2 | a: gone 5.2, b: 5.2, c: 5.1 |
/// | set b, if written at 5.2 | 5.3 | a: gone 5.2, b: 5.3 ▸ 5.2, c: 5.1 |
/// | set b, if written at 5.2 | refused | key 62 is at 5.3; no version, nothing changes |
/// | flush | 6.0 | empty; the layer above is frozen as what makes 6 out of 5 |
/// | remove c | 6.1 | c: gone 6.1 |
///
/// A reader of 5.2 holds the layer that is frozen now and passes by what is newer than 5.2: a gone, b as of 5.2, c. Meanwhile
/// the flusher writes the tree of 6: b (5.3), c (5.1), and beside it a small tree of the keys that the commit left absent: a
/// (5.2). Then the layer leaves the present view, and goes when its last reader does.
///
/// ## What is always true
///
/// - A row's version is that of the mutation that wrote it, in the layer and in the tree alike: so a row differs from what it
///   was at some version just when it was written after that version.
/// - Of the layers of a view only the last one is still written; every layer but that belongs to exactly one commit.
/// - Conditions are judged when an entry is applied first. A replay for the buffers does not judge again: what was refused is
///   listed as void in the checkpoint.
package io.distil.replication.table;
