package io.distil.replication.tablet;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.placement.TableBody;
import io.distil.replication.placement.TabletCommandCodec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/// What can be said of a mutation before it is logged: everything that does not depend on the state. A mutation that passes
/// may still be refused when it is applied (an unknown stream, a stale version), but never for what it is.
final class Admission {
    /// One entry, and so one mutation, has at most this many bytes: two of the largest batches.
    static final int ENTRY_BYTES_MAX = 33 << 20;

    private static final int TABLE_NAME_BYTES_MAX = 255;

    private Admission() {}

    /// @return bytes of the mutation's log entry
    static int check(Mutation mutation) {
        switch (mutation) {
            case Mutation.Insert m -> m.points().checkPoints();
            case Mutation.Atomic m -> m.replacements().forEach(Admission::checkReplacement);
            case Mutation.OfTable m -> checkTable(m);
            case Mutation.OfTablets m -> checkCommand(m);
            case Mutation.Create _,
                    Mutation.Annotate _,
                    Mutation.Obliterate _,
                    Mutation.Flush _,
                    Mutation.Delete _,
                    Mutation.DeleteUncommitted _ -> {
                // Their records check themselves.
            }
        }
        long bytes = CommandCodec.bytes(mutation);
        if (bytes > ENTRY_BYTES_MAX) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE,
                    "the mutation has " + bytes + " bytes; at most " + ENTRY_BYTES_MAX + " are taken");
        }
        return (int) bytes;
    }

    /// So that what is applied can be relied on to be a command.
    private static void checkCommand(Mutation.OfTablets mutation) {
        try {
            TabletCommandCodec.decode(mutation.command(), "a command to a group");
        } catch (CorruptBlock e) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }

    private static void checkTable(Mutation.OfTable mutation) {
        int nameBytes = mutation.table().getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes < 1 || nameBytes > TABLE_NAME_BYTES_MAX || mutation.table().indexOf('\0') >= 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "a table's name has 1.." + TABLE_NAME_BYTES_MAX + " bytes and no NUL; this one has " + nameBytes);
        }
        if (mutation.table().charAt(0) == TableBody.MARK) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, "a table's name begins with a character, not with the code 1");
        }
        if (mutation instanceof Mutation.WriteTable write) {
            checkWrites(write.writes());
        }
    }

    /// A batch is done all or nothing, so two writes of one key would leave open which of them the other one's condition sees.
    private static void checkWrites(List<KeyWrite> writes) {
        if (writes.isEmpty()) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "a batch of a table writes at least one key");
        }
        TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        for (KeyWrite write : writes) {
            if (!keys.add(write.key())) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "key " + HexFormat.of().formatHex(write.key()) + " is written twice in one batch");
            }
        }
    }

    private static void checkReplacement(Mutation.Replace replace) {
        replace.points().checkPoints();
        for (int i = 0; i < replace.points().count(); i++) {
            if (!replace.range().contains(replace.points().time(i))) {
                throw new Refused(
                        ErrorCode.INVALID_TIME,
                        "point "
                                + i
                                + " at "
                                + replace.points().time(i)
                                + " lies outside the replaced range "
                                + replace.range());
            }
        }
    }
}
