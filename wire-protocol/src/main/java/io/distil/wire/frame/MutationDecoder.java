package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamDescriptor;
import io.distil.wire.frame.sbe.AnnotateDecoder;
import io.distil.wire.frame.sbe.AtomicDecoder;
import io.distil.wire.frame.sbe.CreateDecoder;
import io.distil.wire.frame.sbe.CreateTableDecoder;
import io.distil.wire.frame.sbe.DeleteDecoder;
import io.distil.wire.frame.sbe.DeleteUncommittedDecoder;
import io.distil.wire.frame.sbe.DropTableDecoder;
import io.distil.wire.frame.sbe.FlushDecoder;
import io.distil.wire.frame.sbe.FlushTableDecoder;
import io.distil.wire.frame.sbe.InsertDecoder;
import io.distil.wire.frame.sbe.ObliterateDecoder;
import io.distil.wire.frame.sbe.WriteTableDecoder;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Reads mutations. The inverse is {@link MutationEncoder}.
final class MutationDecoder {
    /// Most parts of one atomic mutation, so that tiny parts cannot make a frame many times larger in memory.
    private static final int ATOMIC_PARTS_MAX = 4096;

    /// Most writes of one batch, for the same reason.
    private static final int TABLE_WRITES_MAX = 1 << 16;

    /// What was appended to the blocks of the first version.
    private static final int DURABILITY_BYTES = Long.BYTES;

    private MutationDecoder() {}

    /// @throws Refused `UNKNOWN_OPERATION` if the frame is none
    static Request decode(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case InsertDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, InsertDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new InsertDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                PointColumns points = points(reader, block.pointCount());
                yield new Request.Mutate(
                        new Mutation.Insert(Blocks.get(block.stream()), points, policy(block.policy())),
                        Blocks.get(block.tag()),
                        durability(isWhole, block.copies()));
            }
            case DeleteDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, DeleteDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new DeleteDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.Delete(Blocks.get(block.stream()), Blocks.get(block.span())),
                        Blocks.get(block.tag()),
                        durability(isWhole, block.copies()));
            }
            case DeleteUncommittedDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, DeleteUncommittedDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new DeleteUncommittedDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.DeleteUncommitted(
                                Blocks.get(block.stream()), Blocks.get(block.span()), Blocks.get(block.since())),
                        Blocks.get(block.tag()),
                        durability(isWhole, block.copies()));
            }
            case FlushDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, FlushDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new FlushDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.Flush(Blocks.get(block.stream())),
                        Blocks.get(block.tag()),
                        durability(isWhole, block.copies()));
            }
            case CreateDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, CreateDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new CreateDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                StreamDescriptor descriptor =
                        new StreamDescriptor(
                                Blocks.get(block.stream()),
                                reader.text("collection"),
                                reader.map("tags", RequestDecoder.ENTRIES_MAX),
                                reader.map("annotations", RequestDecoder.ENTRIES_MAX),
                                1);
                yield new Request.Mutate(
                        new Mutation.Create(descriptor), Blocks.get(block.tag()), durability(isWhole, block.copies()));
            }
            case AnnotateDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, AnnotateDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new AnnotateDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Mutation mutation =
                        new Mutation.Annotate(
                                Blocks.get(block.stream()),
                                block.expectedPropertyVersion(),
                                reader.map("changes", RequestDecoder.ENTRIES_MAX),
                                new HashSet<>(reader.texts("removals", RequestDecoder.ENTRIES_MAX)));
                yield new Request.Mutate(mutation, Blocks.get(block.tag()), durability(isWhole, block.copies()));
            }
            case ObliterateDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, ObliterateDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new ObliterateDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.Obliterate(Blocks.get(block.stream())),
                        Blocks.get(block.tag()),
                        durability(isWhole, block.copies()));
            }
            case AtomicDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, AtomicDecoder.BLOCK_LENGTH, DURABILITY_BYTES);
                var block = new AtomicDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Mutation mutation = atomic(reader, block.replacementCount(), block.recordCount());
                yield new Request.Mutate(mutation, Blocks.get(block.tag()), durability(isWhole, block.copies()));
            }
            case CreateTableDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, CreateTableDecoder.BLOCK_LENGTH);
                var block = new CreateTableDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.CreateTable(reader.text("table")),
                        Blocks.get(block.tag()),
                        Blocks.durability(block.copies()));
            }
            case DropTableDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, DropTableDecoder.BLOCK_LENGTH);
                var block = new DropTableDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.DropTable(reader.text("table")),
                        Blocks.get(block.tag()),
                        Blocks.durability(block.copies()));
            }
            case FlushTableDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, FlushTableDecoder.BLOCK_LENGTH);
                var block = new FlushTableDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.FlushTable(reader.text("table")),
                        Blocks.get(block.tag()),
                        Blocks.durability(block.copies()));
            }
            case WriteTableDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, WriteTableDecoder.BLOCK_LENGTH);
                var block = new WriteTableDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = reader.text("table");
                yield new Request.Mutate(
                        new Mutation.WriteTable(table, writes(reader, block.writeCount())),
                        Blocks.get(block.tag()),
                        Blocks.durability(block.copies()));
            }
            default ->
                    throw new Refused(
                            ErrorCode.UNKNOWN_OPERATION,
                            "frame type "
                                    + frame.templateId()
                                    + " is no request of protocol version "
                                    + FrameFormat.PROTOCOL_VERSION);
        };
    }

    private static Mutation.Atomic atomic(FrameReader reader, long replacementCount, long recordCount)
            throws MalformedFrame {
        if (replacementCount + recordCount > ATOMIC_PARTS_MAX) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE,
                    "an atomic mutation of "
                            + (replacementCount + recordCount)
                            + " parts; at most "
                            + ATOMIC_PARTS_MAX
                            + " are taken");
        }
        List<Mutation.Replace> replacements = new ArrayList<>((int) replacementCount);
        for (int i = 0; i < replacementCount; i++) {
            StreamId stream = reader.streamId("stream");
            long from = reader.number64("from");
            long until = reader.number64("until");
            long pointCount = Integer.toUnsignedLong(reader.number32("point count"));
            reader.number32("reserved");
            replacements.add(new Mutation.Replace(stream, new TimeRange(from, until), points(reader, pointCount)));
        }
        List<Mutation.PutRecord> records = new ArrayList<>((int) recordCount);
        for (int i = 0; i < recordCount; i++) {
            long expectedRevision = reader.number64("expected revision");
            boolean isPresent = reader.number32("value is present") != 0;
            String key = reader.text("key");
            byte[] value = reader.bytes("value");
            reader.align();
            records.add(
                    new Mutation.PutRecord(key, expectedRevision, isPresent ? Optional.of(value) : Optional.empty()));
        }
        return new Mutation.Atomic(replacements, records);
    }

    private static PointColumns points(FrameReader reader, long pointCount) throws MalformedFrame {
        int count = reader.checkCount("point count", pointCount, 2 * Long.BYTES);
        MemorySegment times = reader.column("times", count);
        MemorySegment values = reader.column("values", count);
        return new PointColumns(times, values, count);
    }

    private static List<KeyWrite> writes(FrameReader reader, long writeCount) throws MalformedFrame {
        if (writeCount > TABLE_WRITES_MAX) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE,
                    "a batch of " + writeCount + " writes; at most " + TABLE_WRITES_MAX + " are taken");
        }
        int count = reader.checkCount("write count", writeCount, 4 * Integer.BYTES);
        List<KeyWrite> writes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] key = reader.bytes("key");
            Optional<byte[]> value = reader.optionalBytes("value");
            writes.add(new KeyWrite(key, condition(reader), value));
        }
        return writes;
    }

    private static KeyWrite.Condition condition(FrameReader reader) throws MalformedFrame {
        int kind = reader.number32("condition");
        return switch (kind) {
            case MutationEncoder.ALWAYS -> KeyWrite.ALWAYS;
            case MutationEncoder.ABSENT -> KeyWrite.ABSENT;
            case MutationEncoder.PRESENT -> KeyWrite.PRESENT;
            case MutationEncoder.WRITTEN_AT -> new KeyWrite.Condition.WrittenAt(reader.version("version"));
            case MutationEncoder.VALUE_IS -> new KeyWrite.Condition.ValueIs(reader.bytes("expected value"));
            default -> throw new MalformedFrame("condition " + kind + " is not one of 0..4");
        };
    }

    /// What a writer asks for; a client that could not say it yet gets what it always got.
    private static Durability durability(boolean isWhole, byte copies) {
        return isWhole ? Blocks.durability(copies) : Durability.MAJORITY;
    }

    private static MergePolicy policy(int number) {
        MergePolicy policy = MergePolicy.ofNumber(number);
        if (policy == null) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "merge policy " + number + " is not one of 0..3");
        }
        return policy;
    }
}
