package io.distil.replication.placement;

import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.api.KeyRange;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A question to a group about its tablets and its answer, as bytes: the calls of {@link TabletSource}, so that one door
/// through network and process is enough.
///
/// | question | behind u32 kind | answer |
/// |---|---|---|
/// | 1 tablets | – | u32 count; each: i64 id, bytes of the tablet as in a checkpoint |
/// | 2 have | text space, range, bytes token | as it comes |
/// | 3 export | text space, range, bytes token, u32 bytes at most, bytes have | u32 1 at the end of a pass, bytes token, content to the end |
/// | 4 sessions | bytes token, u32 bytes at most | as 3 |
public final class TabletQuestion {
    private static final int TABLETS = 1;
    private static final int HAVE = 2;
    private static final int EXPORT = 3;
    private static final int SESSIONS = 4;

    private TabletQuestion() {}

    /// Answers a question.
    ///
    /// @throws CorruptBlock if it is none
    public static byte[] answer(TabletSource source, byte[] question) throws IOException {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(question), "a question to a group");
        int kind = reader.u32();
        return switch (kind) {
            case TABLETS -> encode(source.tablets());
            case HAVE -> source.have(reader.text(), range(reader), reader.bytes());
            case EXPORT -> {
                String space = reader.text();
                KeyRange range = range(reader);
                byte[] token = reader.bytes();
                int bytesMax = reader.u32();
                yield encode(source.export(space, range, token, reader.bytes(), bytesMax));
            }
            case SESSIONS -> encode(source.exportSessions(reader.bytes(), reader.u32()));
            default -> throw new CorruptBlock("a question to a group: unknown kind " + kind);
        };
    }

    /// Whether a question is about clients' sessions, which have an owner thread.
    public static boolean isOfSessions(byte[] question) {
        return question.length > 0 && question[0] == SESSIONS;
    }

    private static KeyRange range(MemoryReader reader) throws CorruptBlock {
        try {
            return OwnedTablet.range(reader);
        } catch (Refused e) {
            throw new CorruptBlock("a question to a group: " + e.getMessage(), e);
        }
    }

    private static byte[] encode(List<OwnedTablet> tablets) {
        List<byte[]> encoded = tablets.stream().map(OwnedTablet::encode).toList();
        byte[] bytes = new byte[4 + encoded.stream().mapToInt(tablet -> 12 + tablet.length).sum()];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes)).u32(encoded.size());
        for (int i = 0; i < encoded.size(); i++) {
            writer.i64(tablets.get(i).id()).bytes(encoded.get(i));
        }
        return bytes;
    }

    private static byte[] encode(TabletSource.Part part) {
        byte[] bytes = new byte[8 + part.token().length + part.content().length];
        new MemoryWriter()
                .wrap(MemorySegment.ofArray(bytes))
                .u32(part.isPassEnd() ? 1 : 0)
                .bytes(part.token())
                .raw(MemorySegment.ofArray(part.content()));
        return bytes;
    }

    /// The group behind `port`, as a source.
    static final class Asker {
        private final GroupPort port;

        Asker(GroupPort port) {
            this.port = port;
        }

        List<OwnedTablet> tablets() throws IOException {
            MemoryReader reader = ask(new byte[4], new MemoryWriter(), TABLETS);
            List<OwnedTablet> tablets = new ArrayList<>();
            for (int left = reader.u32(); left > 0; left--) {
                long id = reader.i64();
                tablets.add(OwnedTablet.decode(id, reader.bytes()));
            }
            return tablets;
        }

        byte[] have(String space, KeyRange range, byte[] token) throws IOException {
            byte[] question =
                    new byte[4 + MemoryWriter.textBytes(space) + OwnedTablet.rangeBytes(range) + 4 + token.length];
            MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(question)).u32(HAVE).text(space);
            OwnedTablet.putRange(writer, range);
            writer.bytes(token);
            return port.ask(question);
        }

        TabletSource.Part export(String space, KeyRange range, byte[] token, byte[] have, int bytesMax)
                throws IOException {
            byte[] question =
                    new byte
                            [16
                                    + MemoryWriter.textBytes(space)
                                    + OwnedTablet.rangeBytes(range)
                                    + token.length
                                    + have.length];
            MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(question)).u32(EXPORT).text(space);
            OwnedTablet.putRange(writer, range);
            writer.bytes(token).u32(bytesMax).bytes(have);
            return part(port.ask(question));
        }

        TabletSource.Part exportSessions(byte[] token, int bytesMax) throws IOException {
            byte[] question = new byte[12 + token.length];
            new MemoryWriter().wrap(MemorySegment.ofArray(question)).u32(SESSIONS).bytes(token).u32(bytesMax);
            return part(port.ask(question));
        }

        private MemoryReader ask(byte[] question, MemoryWriter writer, int kind) throws IOException {
            writer.wrap(MemorySegment.ofArray(question)).u32(kind);
            return new MemoryReader().wrap(MemorySegment.ofArray(port.ask(question)), "a group's answer");
        }

        private static TabletSource.Part part(byte[] answer) throws CorruptBlock {
            MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(answer), "a group's answer");
            boolean isPassEnd = reader.u32() == 1;
            byte[] token = reader.bytes();
            return new TabletSource.Part(reader.raw(reader.remaining()).toArray(Layouts.BYTE), token, isPassEnd);
        }
    }
}
