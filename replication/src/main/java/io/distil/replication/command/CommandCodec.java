package io.distil.replication.command;

import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Encodes and decodes log entries. One owner thread.
///
/// | offset | bytes | every entry |
/// |---:|---:|---|
/// | 0 | 2 | kind, as in {@link Kind} |
/// | 2 | 6 | zero |
/// | 8 | 8 | wall time, nanoseconds since the epoch |
/// | 16 | 16 | client id, zero when untagged |
/// | 32 | 8 | client sequence, zero when untagged |
/// | 40 | … | body by kind, in the order of the record's components |
///
/// Columns of points begin at multiples of 8. A decoded {@link PointColumns} is a view of the entry's memory.
public final class CommandCodec {
    /// Numbers on disk; never reused.
    private enum Kind {
        INSERT(1),
        DELETE(2),
        DELETE_UNCOMMITTED(3),
        FLUSH(4),
        CREATE(5),
        ANNOTATE(6),
        OBLITERATE(7),
        ATOMIC(8),
        CREATE_TABLE(9),
        DROP_TABLE(10),
        WRITE_TABLE(11),
        FLUSH_TABLE(12),
        OF_TABLETS(13);

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
            throw new CorruptBlock(where + ": unknown command kind " + number);
        }
    }

    private static final int HEADER_BYTES = 40;
    private static final int COLUMN_ALIGNMENT_BYTES = 8;

    private final MemoryWriter writer = new MemoryWriter();
    private final MemoryReader reader = new MemoryReader();

    /// Bytes that {@link #encode} writes.
    public static long bytes(Mutation mutation) {
        return HEADER_BYTES
                + switch (mutation) {
                    case Mutation.Insert m -> StreamId.BYTES + pointsBytes(m.points());
                    case Mutation.Delete _ -> StreamId.BYTES + 16;
                    case Mutation.DeleteUncommitted _ -> StreamId.BYTES + 32;
                    case Mutation.Flush _, Mutation.Obliterate _ -> StreamId.BYTES;
                    case Mutation.Create m -> descriptorBytes(m.descriptor());
                    case Mutation.Annotate m ->
                            StreamId.BYTES + 8 + MemoryWriter.mapBytes(m.changes()) + removalsBytes(m);
                    case Mutation.Atomic m -> atomicBytes(m);
                    case Mutation.OfTable m -> TableCommandCodec.bytes(m);
                    case Mutation.OfTablets m -> 4 + m.command().byteSize();
                };
    }

    public void encode(Command command, MemorySegment target) {
        writer.wrap(target);
        Mutation mutation = command.mutation();
        writer.u16(kind(mutation).number).u16(0).u32(0).i64(command.epochNanos());
        writer.i64(command.tag().clientHigh()).i64(command.tag().clientLow()).i64(command.tag().sequence());
        switch (mutation) {
            case Mutation.Insert m -> {
                putId(m.stream());
                putPoints(m.policy(), m.points());
            }
            case Mutation.Delete m -> {
                putId(m.stream());
                putRange(m.range());
            }
            case Mutation.DeleteUncommitted m -> {
                putId(m.stream());
                putRange(m.range());
                writer.i64(m.since().major()).i64(m.since().minor());
            }
            case Mutation.Flush m -> putId(m.stream());
            case Mutation.Obliterate m -> putId(m.stream());
            case Mutation.Create m -> putDescriptor(writer, m.descriptor());
            case Mutation.Annotate m -> {
                putId(m.stream());
                writer.i64(m.expectedPropertyVersion()).map(m.changes()).u32(m.removals().size());
                new TreeSet<>(m.removals()).forEach(writer::text);
            }
            case Mutation.Atomic m -> putAtomic(m);
            case Mutation.OfTable m -> TableCommandCodec.put(writer, m);
            case Mutation.OfTablets m -> writer.u32((int) m.command().byteSize()).raw(m.command());
        }
        // So that no earlier tenant of this memory reaches the disk.
        target.asSlice(writer.position()).fill((byte) 0);
    }

    private static Kind kind(Mutation mutation) {
        return switch (mutation) {
            case Mutation.Insert _ -> Kind.INSERT;
            case Mutation.Delete _ -> Kind.DELETE;
            case Mutation.DeleteUncommitted _ -> Kind.DELETE_UNCOMMITTED;
            case Mutation.Flush _ -> Kind.FLUSH;
            case Mutation.Create _ -> Kind.CREATE;
            case Mutation.Annotate _ -> Kind.ANNOTATE;
            case Mutation.Obliterate _ -> Kind.OBLITERATE;
            case Mutation.Atomic _ -> Kind.ATOMIC;
            case Mutation.CreateTable _ -> Kind.CREATE_TABLE;
            case Mutation.DropTable _ -> Kind.DROP_TABLE;
            case Mutation.WriteTable _ -> Kind.WRITE_TABLE;
            case Mutation.FlushTable _ -> Kind.FLUSH_TABLE;
            case Mutation.OfTablets _ -> Kind.OF_TABLETS;
        };
    }

    private void putId(StreamId id) {
        writer.i64(id.high()).i64(id.low());
    }

    private void putRange(TimeRange range) {
        writer.i64(range.from()).i64(range.until());
    }

    private void putPoints(MergePolicy policy, PointColumns points) {
        writer.u32(policy.number()).u32(points.count());
        writer.align(COLUMN_ALIGNMENT_BYTES).raw(points.times()).raw(points.values());
    }

    private void putAtomic(Mutation.Atomic atomic) {
        writer.u32(atomic.replacements().size()).u32(atomic.records().size());
        for (Mutation.Replace replace : atomic.replacements()) {
            putId(replace.stream());
            putRange(replace.range());
            putPoints(MergePolicy.NEVER, replace.points());
        }
        for (Mutation.PutRecord put : atomic.records()) {
            writer.text(put.key()).i64(put.expectedRevision()).u32(put.value().isPresent() ? 1 : 0);
            put.value().ifPresent(writer::bytes);
        }
    }

    /// @throws CorruptBlock if the bytes are not a command
    public Command decode(MemorySegment entry, String where) throws CorruptBlock {
        reader.wrap(entry, where);
        try {
            Kind kind = Kind.ofNumber(reader.u16(), where);
            reader.raw(6);
            long epochNanos = reader.i64();
            WriteTag tag = new WriteTag(reader.i64(), reader.i64(), reader.i64());
            Mutation mutation =
                    switch (kind) {
                        case INSERT -> {
                            StreamId id = id();
                            MergePolicy policy = policy(where);
                            yield new Mutation.Insert(id, points(), policy);
                        }
                        case DELETE -> new Mutation.Delete(id(), range());
                        case DELETE_UNCOMMITTED ->
                                new Mutation.DeleteUncommitted(id(), range(), new Version(reader.i64(), reader.i64()));
                        case FLUSH -> new Mutation.Flush(id());
                        case OBLITERATE -> new Mutation.Obliterate(id());
                        case CREATE -> new Mutation.Create(descriptor(reader));
                        case ANNOTATE -> annotate();
                        case ATOMIC -> atomic(where);
                        case CREATE_TABLE -> new Mutation.CreateTable(reader.text());
                        case DROP_TABLE -> new Mutation.DropTable(reader.text());
                        case WRITE_TABLE -> TableCommandCodec.write(reader, where);
                        case FLUSH_TABLE -> new Mutation.FlushTable(reader.text());
                        case OF_TABLETS -> new Mutation.OfTablets(reader.raw(reader.u32()));
                    };
            return new Command(epochNanos, tag, mutation);
        } catch (Refused e) {
            throw new CorruptBlock(where + ": a command that could not have been admitted: " + e.getMessage(), e);
        }
    }

    private StreamId id() throws CorruptBlock {
        return new StreamId(reader.i64(), reader.i64());
    }

    private TimeRange range() throws CorruptBlock {
        return new TimeRange(reader.i64(), reader.i64());
    }

    private MergePolicy policy(String where) throws CorruptBlock {
        int number = reader.u32();
        MergePolicy policy = MergePolicy.ofNumber(number);
        if (policy == null) {
            throw new CorruptBlock(where + ": unknown merge policy " + number);
        }
        return policy;
    }

    private PointColumns points() throws CorruptBlock {
        int count = reader.u32();
        reader.align(COLUMN_ALIGNMENT_BYTES);
        MemorySegment times = reader.raw(8L * count);
        MemorySegment values = reader.raw(8L * count);
        return new PointColumns(times, values, count);
    }

    private Mutation annotate() throws CorruptBlock {
        StreamId id = id();
        long expected = reader.i64();
        var changes = reader.map();
        TreeSet<String> removals = new TreeSet<>();
        for (int left = reader.u32(); left > 0; left--) {
            removals.add(reader.text());
        }
        return new Mutation.Annotate(id, expected, changes, removals);
    }

    private Mutation atomic(String where) throws CorruptBlock {
        int replacementCount = reader.u32();
        int recordCount = reader.u32();
        List<Mutation.Replace> replacements = new ArrayList<>();
        for (int i = 0; i < replacementCount; i++) {
            StreamId id = id();
            TimeRange range = range();
            policy(where);
            replacements.add(new Mutation.Replace(id, range, points()));
        }
        List<Mutation.PutRecord> records = new ArrayList<>();
        for (int i = 0; i < recordCount; i++) {
            String key = reader.text();
            long expected = reader.i64();
            boolean present = reader.u32() == 1;
            records.add(
                    new Mutation.PutRecord(key, expected, present ? Optional.of(reader.bytes()) : Optional.empty()));
        }
        return new Mutation.Atomic(replacements, records);
    }

    /// Bytes that {@link #putDescriptor} writes.
    public static int descriptorBytes(StreamDescriptor d) {
        return StreamId.BYTES
                + 8
                + MemoryWriter.textBytes(d.collection())
                + MemoryWriter.mapBytes(d.tags())
                + MemoryWriter.mapBytes(d.annotations());
    }

    /// A stream's description, as it stands in the log and in the catalog.
    public static void putDescriptor(MemoryWriter writer, StreamDescriptor d) {
        writer.i64(d.id().high()).i64(d.id().low()).i64(d.propertyVersion());
        writer.text(d.collection()).map(d.tags()).map(d.annotations());
    }

    public static StreamDescriptor descriptor(MemoryReader reader) throws CorruptBlock {
        StreamId id = new StreamId(reader.i64(), reader.i64());
        long propertyVersion = reader.i64();
        return new StreamDescriptor(id, reader.text(), reader.map(), reader.map(), propertyVersion);
    }

    private static long pointsBytes(PointColumns points) {
        // Policy and count, columns, and what alignment may add (an entry begins at a multiple of 8).
        return 8 + 16L * points.count() + COLUMN_ALIGNMENT_BYTES;
    }

    private static int removalsBytes(Mutation.Annotate m) {
        return 4 + m.removals().stream().mapToInt(MemoryWriter::textBytes).sum();
    }

    private static long atomicBytes(Mutation.Atomic m) {
        long bytes = 8;
        for (Mutation.Replace replace : m.replacements()) {
            bytes += StreamId.BYTES + 16 + pointsBytes(replace.points());
        }
        for (Mutation.PutRecord put : m.records()) {
            bytes += MemoryWriter.textBytes(put.key()) + 12;
            bytes += put.value().map(value -> 4 + value.length).orElse(0);
        }
        return bytes;
    }
}
