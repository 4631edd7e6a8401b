/// `distil table …`: tables of ordered keys on the command line.
///
/// Reading order: {@link io.distil.daemon.table.TableCommands} (the list), `TableCommand` (what all of them share),
/// `ByteText` (how a key or value of any bytes is typed and shown), then `RowCommands` (get, put, delete), `ScanCommands`
/// (scan, count, diff) and `WatchCommand`. `LifeCommands` creates, lists, commits and drops tables.
///
/// It knows {@link io.distil.base.api.TableStore} and nothing of what is behind it.
package io.distil.daemon.table;
