/// The command line: `./distil COMMAND …`.
///
/// It turns words into calls of {@link io.distil.base.api.StreamStore} and answers into tables, JSON lines and plots. It
/// knows nothing of how a store works or where it is: commands get theirs from a {@link io.distil.daemon.cli.StoreOpener},
/// which tests replace.
///
/// Reading order: {@link io.distil.daemon.cli.Distil} (the table of commands, exit codes, what happens to an error),
/// {@link io.distil.daemon.cli.CommandContext} (everything a command may touch of its surroundings),
/// {@link io.distil.daemon.cli.ClientCommand} (what all commands that speak to a daemon share),
/// {@link io.distil.daemon.cli.Rows} (one answer, as a table or as JSON), then `PointsCommand`, the shortest of the
/// commands. Bulk loading is `ImportCsvCommand` → `CsvImport` → `CsvReader` and
/// {@link io.distil.daemon.cli.PointUploader}; made-up load is {@link io.distil.daemon.cli.LoadProfile}. A module that
/// brings commands of its own implements {@link io.distil.daemon.cli.CommandProvider}.
///
/// What a command promises to people and scripts is in `docs/command-line.md`.
package io.distil.daemon.cli;
