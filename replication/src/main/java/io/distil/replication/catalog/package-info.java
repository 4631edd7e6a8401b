/// The deterministic state of a tablet besides points: which streams there are, the named records, and what clients did last.
///
/// Changed by the tablet's one thread, in log order; {@link io.distil.replication.catalog.Catalog} and
/// {@link io.distil.replication.catalog.Records} are read by any thread. Each remembers what changed since the last
/// checkpoint and says so as changes to the store's keyed tree; the layouts of keys and values are in
/// `docs/formats/catalog.md`.
package io.distil.replication.catalog;
