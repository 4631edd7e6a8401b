package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamKey;
import io.distil.base.memory.MemoryReader;
import io.distil.replication.catalog.Sessions;
import io.distil.replication.placement.Ownership;
import io.distil.replication.placement.TabletCommand;
import io.distil.replication.placement.TabletCommandCodec;
import io.distil.replication.placement.TabletRules;
import io.distil.replication.placement.TabletSet;

/// Which tablets the group has, and what commands about them do to it: first the rules say what the set becomes, or refuse;
/// then the contents follow. Changed by the tablet's thread, the set is read by any.
final class Placement {
    private final Sessions sessions;
    private final Dirty dirty;
    private final StreamImport streams;
    private volatile TabletSet tablets;

    Placement(int group, Sessions sessions, Dirty dirty, StreamImport streams) {
        this.sessions = sessions;
        this.dirty = dirty;
        this.streams = streams;
        this.tablets = TabletSet.initial(group);
    }

    TabletSet tablets() {
        return tablets;
    }

    /// Takes the set as it was at a checkpoint.
    void loaded(TabletSet saved) {
        tablets = saved;
    }

    /// @throws Refused `WRONG_TABLET`
    void checkWrite(Mutation mutation) {
        Ownership.checkWrite(tablets, mutation);
    }

    /// @throws Refused `WRONG_TABLET` if the stream, or a part of it, is not this group's to show
    void checkRead(StreamId stream) {
        if (!tablets.isWhole()) {
            tablets.checkRead(ClusterMap.STREAMS, Ownership.keys(stream));
        }
    }

    /// Whether a stream belongs into a list of this group's.
    boolean shows(StreamId stream) {
        return tablets.isWhole() || tablets.shows(ClusterMap.STREAMS, StreamKey.first(stream));
    }

    /// @return false if the command was done before, and nothing has changed
    boolean apply(long position, Mutation.OfTablets mutation) {
        TabletCommand command = decode(position, mutation);
        boolean hasSwept = command instanceof TabletCommand.Sweep sweep && isLeaving(sweep);
        boolean isEmpty = hasSwept && streams.sweep(position, ((TabletCommand.Sweep) command).range());
        TabletSet next = TabletRules.apply(tablets, command, Version.ZERO, isEmpty);
        if (next != tablets) {
            switch (command) {
                case TabletCommand.Import c -> importPart(position, c, true);
                case TabletCommand.Seal c -> streams.seal(position, c.range());
                case TabletCommand.Split _,
                        TabletCommand.Merge _,
                        TabletCommand.Adopt _,
                        TabletCommand.Unseal _,
                        TabletCommand.Activate _,
                        TabletCommand.Drop _,
                        TabletCommand.Sweep _ -> {
                    // A matter of the set alone.
                }
            }
            tablets = next;
            dirty.tablets();
            return true;
        }
        return hasSwept;
    }

    /// Replays a command that the checkpoint contains, for the buffers.
    void reapply(long position, Mutation.OfTablets mutation) {
        switch (decode(position, mutation)) {
            case TabletCommand.Import c -> importPart(position, c, false);
            case TabletCommand.Seal c -> streams.reseal(position, c.range());
            case TabletCommand.Sweep c -> streams.resweep(position, c.range());
            case TabletCommand.Split _,
                    TabletCommand.Merge _,
                    TabletCommand.Adopt _,
                    TabletCommand.Unseal _,
                    TabletCommand.Activate _,
                    TabletCommand.Drop _ -> {
                // In the checkpoint.
            }
        }
    }

    private static TabletCommand decode(long position, Mutation.OfTablets mutation) {
        try {
            return TabletCommandCodec.decode(mutation.command(), "log entry " + position);
        } catch (CorruptBlock e) {
            throw new BrokenInvariant("a command that admission should have refused: " + e.getMessage(), e);
        }
    }

    private void importPart(long position, TabletCommand.Import command, boolean isFirstTime) {
        MemoryReader reader = new MemoryReader().wrap(command.content(), "part " + command.part() + " of a copy");
        try {
            int kind = reader.u32();
            switch (kind) {
                case Transfer.STREAMS -> streams.importItems(position, reader, isFirstTime);
                case Transfer.SESSIONS -> {
                    if (isFirstTime) {
                        importSessions(position, reader);
                    }
                }
                default -> throw new CorruptBlock("a part of a copy of unknown kind " + kind);
            }
        } catch (CorruptBlock e) {
            throw new BrokenInvariant("a part that no group can have exported: " + e.getMessage(), e);
        }
    }

    private void importSessions(long position, MemoryReader reader) throws CorruptBlock {
        while (reader.remaining() > 0) {
            Sessions.Client client = new Sessions.Client(reader.i64(), reader.i64());
            sessions.merge(client, reader, position, dirty::session);
            dirty.session(client);
        }
    }

    private boolean isLeaving(TabletCommand.Sweep sweep) {
        return tablets.find(sweep.space(), sweep.tablet())
                .filter(tablet -> tablet.isLeaving(sweep.move()) && tablet.range().equals(sweep.range()))
                .isPresent();
    }
}
