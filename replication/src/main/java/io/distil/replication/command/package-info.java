/// What a log entry means: mutations as bytes and back. `docs/formats/log.md` has the tables.
///
/// The live path and the replay after a crash decode the same bytes by the same code, so that both apply the same thing.
package io.distil.replication.command;
