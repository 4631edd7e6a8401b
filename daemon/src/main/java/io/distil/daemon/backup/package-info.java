/// `distil backup …`: backups on the command line. `BackupCommands` is the list, `CreateCommand` and `RestoreCommand` speak to a
/// daemon, `VerifyCommand` and `LsCommand` only look at a directory. What a backup is, {@link io.distil.replication.backup} knows.
package io.distil.daemon.backup;
