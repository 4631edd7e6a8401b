package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.replication.log.Journal;
import io.distil.replication.log.LocalCommandLog;
import io.distil.replication.tablet.LogOpener;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.util.Properties;

/// What a replica was before it became a member of a group: a node of its own, with its log in `log/`. The old log is
/// needed until every buffer that it filled is flushed; until then its entries are replayed before Raft's at each start.
///
/// ```
///   log/ 1 … P        the old log, replayed from the checkpoint's replayFrom to its end, P
///   journal/before    says P: a log that ends before it has lost entries
///   Raft              begins at index (P >>> 12) + 2, all positions of which are higher than P
/// ```
final class SingleNodePast {
    static final String FILE = RaftJournal.DIRECTORY + "/before";
    private static final String THROUGH = "single.node.through";

    private final Disk disk;
    private final long through;
    private boolean oldLogDeleted;

    /// Looks whether there was one, and replays what is needed of it.
    static SingleNodePast open(LogOpener.Opening opening, Journal.Options options) throws IOException {
        Disk disk = opening.disk();
        long through = 0;
        if (disk.exists(FILE)) {
            through = read(disk);
            if (opening.replayFrom() <= through) {
                LocalCommandLog.open(disk, options, opening.replayFrom(), through, opening.replay()).close();
            }
        } else if (!disk.exists(RaftJournal.DIRECTORY) && !disk.list(Journal.DIRECTORY).isEmpty()) {
            LocalCommandLog.open(disk, options, opening.replayFrom(), opening.appliedThrough(), opening.replay())
                    .close();
            through = opening.replica().appliedThrough();
            write(disk, through);
        }
        return new SingleNodePast(disk, through);
    }

    private static long read(Disk disk) throws IOException {
        Properties properties = PropertiesPage.read(disk, FILE);
        String through = PropertiesPage.require(properties, THROUGH, FILE);
        try {
            return Long.parseLong(through);
        } catch (NumberFormatException e) {
            throw new CorruptBlock(FILE + ": " + THROUGH + " is '" + through + "'; wanted a position", e);
        }
    }

    private static void write(Disk disk, long through) throws IOException {
        disk.createDirectories(RaftJournal.DIRECTORY);
        PropertiesPage.write(
                disk,
                RaftJournal.DIRECTORY,
                FILE,
                "# This store was a single node's up to this position; then it became a member of a group.\n%s=%d\n"
                        .formatted(THROUGH, through));
    }

    private SingleNodePast(Disk disk, long through) throws IOException {
        this.disk = disk;
        this.through = through;
        this.oldLogDeleted = disk.list(Journal.DIRECTORY).isEmpty();
    }

    /// The last position of the old log; 0 if there was none.
    long through() {
        return through;
    }

    /// True if a replica that starts with such a checkpoint needs the old log.
    boolean isNeeded(long replayFrom) {
        return through > 0 && replayFrom <= through;
    }

    /// Entries before `position` are not needed any more, whatever checkpoint a start finds.
    void released(long position) throws IOException {
        if (oldLogDeleted || isNeeded(position)) {
            return;
        }
        for (String name : disk.list(Journal.DIRECTORY)) {
            disk.delete(Journal.DIRECTORY + "/" + name);
        }
        disk.syncDirectory(Journal.DIRECTORY);
        oldLogDeleted = true;
    }
}
