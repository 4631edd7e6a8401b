package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Mutation;
import io.distil.replication.command.CommandCodec;

/// What can be said of a mutation before it is logged: everything that does not depend on the state. A mutation that passes
/// may still be refused when it is applied (an unknown stream, a stale version), but never for what it is.
final class Admission {
    /// One entry, and so one mutation, has at most this many bytes: two of the largest batches.
    static final int ENTRY_BYTES_MAX = 33 << 20;

    private Admission() {}

    /// @return bytes of the mutation's log entry
    static int check(Mutation mutation) {
        switch (mutation) {
            case Mutation.Insert m -> m.points().checkPoints();
            case Mutation.Atomic m -> m.replacements().forEach(Admission::checkReplacement);
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
