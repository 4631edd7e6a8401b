package io.distil.replication.command;

import io.distil.base.CorruptBlock;
import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.KeyWrite.Condition;
import io.distil.base.api.Mutation;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The bodies of the log entries that concern tables; {@link CommandCodec} has the header and the kinds.
final class TableCommandCodec {
    // Numbers of conditions on disk; never reused.
    private static final int ALWAYS = 0;
    private static final int ABSENT = 1;
    private static final int PRESENT = 2;
    private static final int WRITTEN_AT = 3;
    private static final int VALUE_IS = 4;

    private TableCommandCodec() {}

    /// Bytes that {@link #put} writes.
    static long bytes(Mutation.OfTable mutation) {
        long bytes = MemoryWriter.textBytes(mutation.table());
        if (mutation instanceof Mutation.WriteTable write) {
            bytes += 4;
            for (KeyWrite w : write.writes()) {
                bytes += 4 + w.key().length + conditionBytes(w.condition());
                bytes += 4 + w.value().map(value -> 4 + value.length).orElse(0);
            }
        }
        return bytes;
    }

    private static int conditionBytes(Condition condition) {
        return 4
                + switch (condition) {
                    case Condition.Always _, Condition.Absent _, Condition.Present _ -> 0;
                    case Condition.WrittenAt _ -> 16;
                    case Condition.ValueIs c -> 4 + c.value().length;
                };
    }

    static void put(MemoryWriter writer, Mutation.OfTable mutation) {
        writer.text(mutation.table());
        if (mutation instanceof Mutation.WriteTable write) {
            writer.u32(write.writes().size());
            for (KeyWrite w : write.writes()) {
                writer.bytes(w.key());
                putCondition(writer, w.condition());
                writer.u32(w.value().isPresent() ? 1 : 0);
                w.value().ifPresent(writer::bytes);
            }
        }
    }

    private static void putCondition(MemoryWriter writer, Condition condition) {
        switch (condition) {
            case Condition.Always _ -> writer.u32(ALWAYS);
            case Condition.Absent _ -> writer.u32(ABSENT);
            case Condition.Present _ -> writer.u32(PRESENT);
            case Condition.WrittenAt(Version version) ->
                    writer.u32(WRITTEN_AT).i64(version.major()).i64(version.minor());
            case Condition.ValueIs(byte[] value) -> writer.u32(VALUE_IS).bytes(value);
        }
    }

    /// The inverse of {@link #put} for {@link Mutation.WriteTable}.
    static Mutation.WriteTable write(MemoryReader reader, String where) throws CorruptBlock {
        String table = reader.text();
        int count = reader.u32();
        List<KeyWrite> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = reader.bytes();
            Condition condition = condition(reader, where);
            boolean present = reader.u32() == 1;
            writes.add(new KeyWrite(key, condition, present ? Optional.of(reader.bytes()) : Optional.empty()));
        }
        return new Mutation.WriteTable(table, writes);
    }

    private static Condition condition(MemoryReader reader, String where) throws CorruptBlock {
        int number = reader.u32();
        return switch (number) {
            case ALWAYS -> KeyWrite.ALWAYS;
            case ABSENT -> KeyWrite.ABSENT;
            case PRESENT -> KeyWrite.PRESENT;
            case WRITTEN_AT -> new Condition.WrittenAt(new Version(reader.i64(), reader.i64()));
            case VALUE_IS -> new Condition.ValueIs(reader.bytes());
            default -> throw new CorruptBlock(where + ": unknown condition " + number);
        };
    }
}
