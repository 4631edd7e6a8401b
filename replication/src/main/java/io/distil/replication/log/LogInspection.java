package io.distil.replication.log;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a command log as a restart would and changes nothing: for tools that look at a store, sound or not.
public final class LogInspection {
    /// What was found.
    ///
    /// @param slotCount files of the log
    /// @param firstPosition of the entries that a restart reads; 0 if there are none
    /// @param lastPosition of the last whole entry; 0 if there is none
    /// @param damage one sentence, if a restart would refuse this log
    public record Report(int slotCount, long firstPosition, long lastPosition, Optional<String> damage) {}

    private final Disk disk;
    private final Checksum checksum = new Checksum();
    private final List<DiskFile> files = new ArrayList<>();
    private long firstPosition;
    private long lastPosition;

    private LogInspection(Disk disk) {
        this.disk = disk;
    }

    /// Reads the log, and hands over its entries from `replayFrom` on.
    ///
    /// @param replayFrom as of the last checkpoint
    /// @param mustReach the last position that the last checkpoint contains
    /// @param handler says by a {@link CorruptBlock} that an entry cannot be understood
    /// @throws IOException if the disk fails; damage is in the report
    public static Report inspect(Disk disk, long replayFrom, long mustReach, Journal.EntryHandler handler)
            throws IOException {
        return new LogInspection(disk).run(Math.max(1, replayFrom), mustReach, handler);
    }

    private Report run(long replayFrom, long mustReach, Journal.EntryHandler handler) throws IOException {
        Optional<String> damage = Optional.empty();
        try (DiskQueue queue = disk.openQueue(1)) {
            try {
                LogRecovery recovery =
                        new LogRecovery(
                                queue, LogRecovery.neededFrom(segments(queue), replayFrom), checksum, new LogExtents());
                recovery.run(
                        replayFrom,
                        mustReach,
                        (position, entry) -> {
                            firstPosition = firstPosition == 0 ? position : firstPosition;
                            lastPosition = position;
                            handler.entry(position, entry);
                        });
            } catch (CorruptBlock | Refused e) {
                damage = Optional.of(e.getMessage());
            }
        } finally {
            for (DiskFile file : files) {
                file.close();
            }
        }
        return new Report(files.size(), firstPosition, lastPosition, damage);
    }

    private List<LogSegment> segments(DiskQueue queue) throws IOException {
        List<LogSegment> segments = new ArrayList<>();
        for (String name : disk.list(Journal.DIRECTORY)) {
            if (Journal.isSlotName(name)) {
                DiskFile file = disk.open(Journal.DIRECTORY + "/" + name, Disk.OpenMode.READ);
                files.add(file);
                LogSegment slot = LogRecovery.readHeader(queue, file, checksum);
                if (!slot.isFree()) {
                    segments.add(slot);
                }
            }
        }
        return LogRecovery.unbrokenEnd(segments);
    }
}
