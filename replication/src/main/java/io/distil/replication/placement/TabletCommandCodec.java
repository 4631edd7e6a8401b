package io.distil.replication.placement;

import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;

/// The bytes of a {@link TabletCommand}, as they stand in a log entry and on the wire.
///
/// | bytes | every command |
/// |---|---|
/// | 4 | kind, as in {@link Kind} |
/// | text | space |
/// | 8 | tablet |
/// | … | the other components, in their order: numbers as 8 bytes, groups as 4, keys as bytes, a range as in {@link OwnedTablet} |
///
/// The content of a part goes to the end of the command, without a length.
public final class TabletCommandCodec {
    /// Numbers on disk; never reused.
    private enum Kind {
        SPLIT(1),
        MERGE(2),
        ADOPT(3),
        IMPORT(4),
        SEAL(5),
        UNSEAL(6),
        ACTIVATE(7),
        DROP(8),
        SWEEP(9);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        static Kind ofNumber(int number, String where) throws CorruptBlock {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new CorruptBlock(where + ": unknown kind of tablet command " + number);
        }
    }

    private TabletCommandCodec() {}

    private static Kind kind(TabletCommand command) {
        return switch (command) {
            case TabletCommand.Split _ -> Kind.SPLIT;
            case TabletCommand.Merge _ -> Kind.MERGE;
            case TabletCommand.Adopt _ -> Kind.ADOPT;
            case TabletCommand.Import _ -> Kind.IMPORT;
            case TabletCommand.Seal _ -> Kind.SEAL;
            case TabletCommand.Unseal _ -> Kind.UNSEAL;
            case TabletCommand.Activate _ -> Kind.ACTIVATE;
            case TabletCommand.Drop _ -> Kind.DROP;
            case TabletCommand.Sweep _ -> Kind.SWEEP;
        };
    }

    private static long bytes(TabletCommand command) {
        long body =
                switch (command) {
                    case TabletCommand.Split c -> 8 + 4 + c.key().length + 8;
                    case TabletCommand.Merge _ -> 24;
                    case TabletCommand.Adopt c -> 8 + OwnedTablet.rangeBytes(c.range()) + 12;
                    case TabletCommand.Import c -> 16 + 4 + c.token().length + c.content().byteSize();
                    case TabletCommand.Seal c -> 8 + OwnedTablet.rangeBytes(c.range()) + 20;
                    case TabletCommand.Sweep c -> 8 + OwnedTablet.rangeBytes(c.range());
                    case TabletCommand.Unseal _, TabletCommand.Activate _, TabletCommand.Drop _ -> 8;
                };
        return 4 + MemoryWriter.textBytes(command.space()) + 8 + body;
    }

    public static MemorySegment encode(TabletCommand command) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(bytes(command))]);
        MemoryWriter writer = new MemoryWriter().wrap(bytes);
        writer.u32(kind(command).number).text(command.space()).i64(command.tablet());
        switch (command) {
            case TabletCommand.Split c -> writer.i64(c.generation()).bytes(c.key()).i64(c.right());
            case TabletCommand.Merge c -> writer.i64(c.generation()).i64(c.right()).i64(c.rightGeneration());
            case TabletCommand.Adopt c -> {
                writer.i64(c.generation());
                OwnedTablet.putRange(writer, c.range());
                writer.i64(c.move()).u32(c.from());
            }
            case TabletCommand.Import c -> writer.i64(c.move()).i64(c.part()).bytes(c.token()).raw(c.content());
            case TabletCommand.Seal c -> {
                writer.i64(c.generation());
                OwnedTablet.putRange(writer, c.range());
                writer.i64(c.move()).u32(c.to()).i64(c.body());
            }
            case TabletCommand.Unseal c -> writer.i64(c.move());
            case TabletCommand.Activate c -> writer.i64(c.move());
            case TabletCommand.Drop c -> writer.i64(c.move());
            case TabletCommand.Sweep c -> {
                writer.i64(c.move());
                OwnedTablet.putRange(writer, c.range());
            }
        }
        return bytes;
    }

    /// @throws CorruptBlock if the bytes are not a command
    public static TabletCommand decode(MemorySegment bytes, String where) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(bytes, where);
        try {
            Kind kind = Kind.ofNumber(reader.u32(), where);
            String space = reader.text();
            long tablet = reader.i64();
            TabletCommand command =
                    switch (kind) {
                        case SPLIT ->
                                new TabletCommand.Split(space, tablet, reader.i64(), reader.bytes(), reader.i64());
                        case MERGE -> new TabletCommand.Merge(space, tablet, reader.i64(), reader.i64(), reader.i64());
                        case ADOPT ->
                                new TabletCommand.Adopt(
                                        space,
                                        tablet,
                                        reader.i64(),
                                        OwnedTablet.range(reader),
                                        reader.i64(),
                                        reader.u32());
                        case IMPORT ->
                                new TabletCommand.Import(
                                        space,
                                        tablet,
                                        reader.i64(),
                                        reader.i64(),
                                        reader.bytes(),
                                        reader.raw(reader.remaining()));
                        case SEAL ->
                                new TabletCommand.Seal(
                                        space,
                                        tablet,
                                        reader.i64(),
                                        OwnedTablet.range(reader),
                                        reader.i64(),
                                        reader.u32(),
                                        reader.i64());
                        case UNSEAL -> new TabletCommand.Unseal(space, tablet, reader.i64());
                        case ACTIVATE -> new TabletCommand.Activate(space, tablet, reader.i64());
                        case DROP -> new TabletCommand.Drop(space, tablet, reader.i64());
                        case SWEEP -> new TabletCommand.Sweep(space, tablet, reader.i64(), OwnedTablet.range(reader));
                    };
            if (reader.remaining() != 0) {
                throw new CorruptBlock(where + ": " + reader.remaining() + " bytes behind a tablet command");
            }
            return command;
        } catch (Refused e) {
            throw new CorruptBlock(where + ": a tablet command that could not have been sent: " + e.getMessage(), e);
        }
    }
}
