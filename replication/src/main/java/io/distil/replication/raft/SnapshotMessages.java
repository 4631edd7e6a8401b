package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.transfer.Chunk;
import io.distil.replication.transfer.ChunkContent;
import io.distil.storage.store.StoreImage;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// What members ask each other over Ratis' channel: one that lags behind its leader for a checkpoint, for the most part.
///
/// | question | bytes after the kind |
/// |---|---|
/// | 1, the image of a checkpoint | i64 the first entry that the leader can send |
/// | 2, a chunk | i64 source, u32 segment, i64 offset, u32 bytes |
/// | 3, it is done | i64 source |
/// | 4, who are you | – |
///
/// | answer | bytes after the kind |
/// |---|---|
/// | 0, not now | text: why |
/// | 1, an image | i64 source, i64 term and i64 index of the last entry that the checkpoint stands for, u32 length and the image |
/// | 2, a chunk | i64 CRC-32C, u32 length and the content |
/// | 3, a name | text: the peer |
final class SnapshotMessages {
    /// What is asked.
    sealed interface Question {
        record Image(long firstIndex) implements Question {}

        record Piece(long source, Chunk chunk) implements Question {}

        record Done(long source) implements Question {}

        record Who() implements Question {}
    }

    /// What is answered.
    sealed interface Answer {
        record NotNow(String why) implements Answer {}

        record Image(long source, long term, long raftIndex, StoreImage image) implements Answer {}

        record Piece(ChunkContent content) implements Answer {}

        record Peer(String id) implements Answer {}
    }

    private static final int IMAGE = 1;
    private static final int PIECE = 2;
    private static final int DONE = 3;
    private static final int WHO = 4;
    private static final int NOT_NOW = 0;
    private static final int PEER = 3;

    private SnapshotMessages() {}

    static ByteString encode(Question question) {
        byte[] bytes = new byte[1 + 8 + 4 + 8 + 4];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes));
        switch (question) {
            case Question.Image(long firstIndex) -> writer.u8(IMAGE).i64(firstIndex);
            case Question.Piece(long source, Chunk chunk) ->
                    writer.u8(PIECE).i64(source).u32(chunk.segmentNumber()).i64(chunk.offset()).u32(chunk.bytes());
            case Question.Done(long source) -> writer.u8(DONE).i64(source);
            case Question.Who() -> writer.u8(WHO);
        }
        return UnsafeByteOperations.unsafeWrap(bytes, 0, (int) writer.position());
    }

    static Question question(ByteString encoded) throws CorruptBlock {
        MemoryReader reader = reader(encoded, "a member's question");
        int kind = reader.u8();
        return switch (kind) {
            case IMAGE -> new Question.Image(reader.i64());
            case PIECE -> new Question.Piece(reader.i64(), new Chunk(reader.u32(), reader.i64(), reader.u32()));
            case DONE -> new Question.Done(reader.i64());
            case WHO -> new Question.Who();
            default -> throw new CorruptBlock("a member's question is of kind " + kind + "; wanted 1 to 4");
        };
    }

    static ByteString encode(Answer answer) {
        byte[] content =
                switch (answer) {
                    case Answer.NotNow(String why) -> why.getBytes(StandardCharsets.UTF_8);
                    case Answer.Image image -> image.image().encode();
                    case Answer.Piece(ChunkContent piece) -> piece.bytes();
                    case Answer.Peer(String id) -> id.getBytes(StandardCharsets.UTF_8);
                };
        byte[] bytes = new byte[1 + 3 * 8 + 4 + content.length];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes));
        switch (answer) {
            case Answer.NotNow _ -> writer.u8(NOT_NOW);
            case Answer.Image image -> writer.u8(IMAGE).i64(image.source()).i64(image.term()).i64(image.raftIndex());
            case Answer.Piece(ChunkContent piece) -> writer.u8(PIECE).i64(piece.crc());
            case Answer.Peer _ -> writer.u8(PEER);
        }
        writer.u32(content.length).raw(MemorySegment.ofArray(content));
        return UnsafeByteOperations.unsafeWrap(bytes, 0, (int) writer.position());
    }

    /// @param asked the chunk that was asked for, or null
    static Answer answer(ByteString encoded, Chunk asked) throws CorruptBlock {
        MemoryReader reader = reader(encoded, "a member's answer");
        int kind = reader.u8();
        return switch (kind) {
            case NOT_NOW -> new Answer.NotNow(reader.text());
            case IMAGE -> new Answer.Image(reader.i64(), reader.i64(), reader.i64(), StoreImage.decode(reader.bytes()));
            case PIECE -> {
                int crc = (int) reader.i64();
                yield new Answer.Piece(new ChunkContent(asked, reader.bytes(), crc));
            }
            case PEER -> new Answer.Peer(reader.text());
            default -> throw new CorruptBlock("a member's answer is of kind " + kind + "; wanted 0 to 3");
        };
    }

    private static MemoryReader reader(ByteString encoded, String what) {
        return new MemoryReader().wrap(MemorySegment.ofBuffer(encoded.asReadOnlyByteBuffer()), what);
    }
}
