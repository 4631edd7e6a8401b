package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.sbe.AnnotateEncoder;
import io.distil.wire.frame.sbe.AtomicEncoder;
import io.distil.wire.frame.sbe.CreateEncoder;
import io.distil.wire.frame.sbe.CreateTableEncoder;
import io.distil.wire.frame.sbe.DeleteEncoder;
import io.distil.wire.frame.sbe.DeleteUncommittedEncoder;
import io.distil.wire.frame.sbe.DropTableEncoder;
import io.distil.wire.frame.sbe.FlushEncoder;
import io.distil.wire.frame.sbe.FlushTableEncoder;
import io.distil.wire.frame.sbe.InsertEncoder;
import io.distil.wire.frame.sbe.ObliterateEncoder;
import io.distil.wire.frame.sbe.WriteTableEncoder;

/// Writes mutations into frames. The inverse is {@link MutationDecoder}.
final class MutationEncoder {
    // How a condition on a key is numbered.
    static final int ALWAYS = 0;
    static final int ABSENT = 1;
    static final int PRESENT = 2;
    static final int WRITTEN_AT = 3;
    static final int VALUE_IS = 4;

    private MutationEncoder() {}

    static void encode(FrameBuilder frame, Mutation mutation, WriteTag tag, Durability durability) {
        byte copies = Blocks.copies(durability);
        switch (mutation) {
            case Mutation.Insert m -> {
                InsertEncoder block = new InsertEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.stream());
                block.pointCount(m.points().count()).policy((short) m.policy().number()).copies(copies);
                frame.block(InsertEncoder.BLOCK_LENGTH).column(m.points().times()).column(m.points().values());
            }
            case Mutation.Delete m -> {
                DeleteEncoder block = new DeleteEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.stream());
                Blocks.put(block.span(), m.range());
                block.copies(copies);
                frame.block(DeleteEncoder.BLOCK_LENGTH);
            }
            case Mutation.DeleteUncommitted m -> {
                DeleteUncommittedEncoder block =
                        new DeleteUncommittedEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.stream());
                Blocks.put(block.span(), m.range());
                Blocks.put(block.since(), m.since());
                block.copies(copies);
                frame.block(DeleteUncommittedEncoder.BLOCK_LENGTH);
            }
            case Mutation.Flush m -> {
                FlushEncoder block = new FlushEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.stream());
                block.copies(copies);
                frame.block(FlushEncoder.BLOCK_LENGTH);
            }
            case Mutation.Create m -> {
                CreateEncoder block = new CreateEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.descriptor().id());
                block.copies(copies);
                frame.block(CreateEncoder.BLOCK_LENGTH)
                        .text(m.descriptor().collection())
                        .map(m.descriptor().tags())
                        .map(m.descriptor().annotations());
            }
            case Mutation.Annotate m -> {
                AnnotateEncoder block = new AnnotateEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.stream());
                block.expectedPropertyVersion(m.expectedPropertyVersion()).copies(copies);
                frame.block(AnnotateEncoder.BLOCK_LENGTH)
                        .map(m.changes())
                        .texts(m.removals().stream().sorted().toList());
            }
            case Mutation.Obliterate m -> {
                ObliterateEncoder block = new ObliterateEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                Blocks.put(block.stream(), m.stream());
                block.copies(copies);
                frame.block(ObliterateEncoder.BLOCK_LENGTH);
            }
            case Mutation.Atomic m -> atomic(frame, m, tag, copies);
            case Mutation.OfTable m -> ofTable(frame, m, tag, copies);
            case Mutation.OfTablets _ ->
                    throw new Refused(
                            ErrorCode.INVALID_ARGUMENT,
                            "a command about tablets goes to a group by its number, not where its keys are");
        }
    }

    private static void atomic(FrameBuilder frame, Mutation.Atomic mutation, WriteTag tag, byte copies) {
        AtomicEncoder block = new AtomicEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
        Blocks.put(block.tag(), tag);
        block.replacementCount(mutation.replacements().size()).recordCount(mutation.records().size()).copies(copies);
        frame.block(AtomicEncoder.BLOCK_LENGTH);
        for (Mutation.Replace part : mutation.replacements()) {
            frame.streamId(part.stream())
                    .number64(part.range().from())
                    .number64(part.range().until())
                    .number32(part.points().count())
                    .number32(0)
                    .column(part.points().times())
                    .column(part.points().values());
        }
        for (Mutation.PutRecord part : mutation.records()) {
            frame.number64(part.expectedRevision())
                    .number32(part.value().isPresent() ? 1 : 0)
                    .text(part.key())
                    .bytes(part.value().orElse(new byte[0]))
                    .align();
        }
    }

    private static void ofTable(FrameBuilder frame, Mutation.OfTable mutation, WriteTag tag, byte copies) {
        switch (mutation) {
            case Mutation.CreateTable m -> {
                CreateTableEncoder block =
                        new CreateTableEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                block.copies(copies);
                frame.block(CreateTableEncoder.BLOCK_LENGTH).text(m.table());
            }
            case Mutation.DropTable m -> {
                DropTableEncoder block = new DropTableEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                block.copies(copies);
                frame.block(DropTableEncoder.BLOCK_LENGTH).text(m.table());
            }
            case Mutation.FlushTable m -> {
                FlushTableEncoder block = new FlushTableEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                block.copies(copies);
                frame.block(FlushTableEncoder.BLOCK_LENGTH).text(m.table());
            }
            case Mutation.WriteTable m -> {
                WriteTableEncoder block = new WriteTableEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.tag(), tag);
                block.writeCount(m.writes().size()).copies(copies);
                frame.block(WriteTableEncoder.BLOCK_LENGTH).text(m.table());
                m.writes().forEach(write -> write(frame, write));
            }
        }
    }

    private static void write(FrameBuilder frame, KeyWrite write) {
        frame.bytes(write.key()).optionalBytes(write.value());
        switch (write.condition()) {
            case KeyWrite.Condition.Always _ -> frame.number32(ALWAYS);
            case KeyWrite.Condition.Absent _ -> frame.number32(ABSENT);
            case KeyWrite.Condition.Present _ -> frame.number32(PRESENT);
            case KeyWrite.Condition.WrittenAt(var version) -> frame.number32(WRITTEN_AT).version(version);
            case KeyWrite.Condition.ValueIs(byte[] value) -> frame.number32(VALUE_IS).bytes(value);
        }
    }
}
