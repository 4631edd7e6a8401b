/// The command log on Apache Ratis: one Raft group is one order of commands, kept on several nodes.
///
/// It owns what lies between {@link io.distil.replication.log.CommandLog} and Ratis: the batch of commands that is one Raft
/// entry, the journal that holds the batch's bytes, who is a member, and how a replica that fell behind gets the blocks it
/// lacks. It must not know what a command means. Reading order: {@link io.distil.replication.raft.RaftNode} (a process and its
/// groups), `RaftCommandLog` (what the tablet sees), `GroupStateMachine` (what Ratis sees), `RaftJournal` (the payloads on
/// this disk) with `JournalIndex`; then {@link io.distil.replication.raft.GroupAdmin} and `Watchdog`. `RaftSettings` holds
/// every setting of Ratis with its reason.
///
/// ## On disk
///
/// Ratis keeps a log of its own; it alone says which entries exist. Its entries carry a header, with the payload behind it if
/// that is small (the table is `EntryHeader`'s). The other payloads are written once, to the directory `journal/`, in the
/// format of {@link io.distil.replication.log}. An entry there is
///
/// | offset | bytes | journal entry |
/// |---:|---:|---|
/// | 0 | 8 | Raft index |
/// | 8 | 8 | term |
/// | 16 | … | payload |
///
/// A later journal entry makes those of its Raft index and of higher ones void. A payload that Raft's log asks for and the
/// journal does not have, or has damaged, is an error that names term and index: never an entry that is skipped.
///
/// `docs/formats/raft.md` has all of it in one place, with the files beside.
package io.distil.replication.raft;
