package io.distil.replication.backup;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.backup.BackupFormat.Kind;
import io.distil.replication.command.CommandCodec;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/// What a backup will contain and how the work is divided: written before anything else, so that a backup that was
/// interrupted is finished as it was begun. The manifest is the plan with the parts that came of it. Knows the bytes of both.
record BackupPlan(UUID id, long createdEpochNanos, List<BackupItem> items, List<Slice> slices) {
    private static final byte[] NO_KEY = {};

    BackupPlan {
        items = List.copyOf(items);
        slices = List.copyOf(slices);
    }

    /// Writes it durably.
    void write(Disk disk) throws IOException {
        write(disk, BackupFormat.PLAN, List.of());
    }

    /// Writes it durably as the manifest of a complete backup.
    void writeManifest(Disk disk, List<BackupPart> parts) throws IOException {
        write(disk, BackupFormat.MANIFEST, parts);
    }

    private void write(Disk disk, String name, List<BackupPart> parts) throws IOException {
        String unfinished = name + ".new";
        try (UnitWriter writer = new UnitWriter(disk, unfinished)) {
            writer.unit(
                    Kind.HEADER,
                    bytes(
                            60,
                            w ->
                                    w.i64(BackupFormat.MAGIC)
                                            .u32(BackupFormat.FORMAT)
                                            .i64(id.getMostSignificantBits())
                                            .i64(id.getLeastSignificantBits())
                                            .i64(createdEpochNanos)
                                            .i64(items.size())
                                            .i64(slices.size())
                                            .i64(parts.size())));
            for (BackupItem item : items) {
                writeItem(writer, item);
            }
            for (Slice slice : slices) {
                writer.unit(Kind.SLICE, encode(slice));
            }
            for (BackupPart part : parts) {
                writer.unit(
                        Kind.PART,
                        bytes(
                                28,
                                w ->
                                        w.u32(part.slice())
                                                .u32(part.number())
                                                .i64(part.bytes())
                                                .u32(part.checksum())
                                                .i64(part.rowCount())));
            }
            writer.unit(Kind.END, new byte[0]);
            writer.finish();
        }
        UnitWriter.publish(disk, unfinished, name);
    }

    private static void writeItem(UnitWriter writer, BackupItem item) throws IOException {
        Version version = item.version();
        switch (item) {
            case BackupItem.OfStream stream ->
                    writer.unit(
                            Kind.STREAM,
                            bytes(
                                    16 + CommandCodec.descriptorBytes(stream.descriptor()),
                                    w ->
                                            CommandCodec.putDescriptor(
                                                    w.i64(version.major()).i64(version.minor()), stream.descriptor())));
            case BackupItem.OfTable table ->
                    writer.unit(
                            Kind.TABLE,
                            bytes(
                                    24 + MemoryWriter.textBytes(table.table()),
                                    w ->
                                            w.i64(version.major())
                                                    .i64(version.minor())
                                                    .i64(table.createdEpochNanos())
                                                    .text(table.table())));
        }
    }

    private static byte[] encode(Slice slice) {
        int size = 4;
        for (Slice.Piece piece : slice.pieces()) {
            size +=
                    16
                            + piece.range().from().length
                            + (piece.range().until() == null ? 0 : piece.range().until().length);
        }
        return bytes(
                size,
                w -> {
                    w.u32(slice.pieces().size());
                    for (Slice.Piece piece : slice.pieces()) {
                        byte[] until = piece.range().until();
                        w.u32(piece.item()).bytes(piece.range().from());
                        w.u32(until == null ? 0 : 1).bytes(until == null ? NO_KEY : until);
                    }
                });
    }

    /// What `fill` writes into so many bytes.
    static byte[] bytes(int count, Consumer<MemoryWriter> fill) {
        byte[] bytes = new byte[count];
        fill.accept(new MemoryWriter().wrap(MemorySegment.ofArray(bytes)));
        return bytes;
    }

    /// The plan of a backup that was begun here, if there is one.
    static Optional<BackupPlan> read(Disk disk) throws IOException {
        return disk.exists(BackupFormat.PLAN)
                ? Optional.of(read(disk, BackupFormat.PLAN, new ArrayList<>()))
                : Optional.empty();
    }

    /// The manifest.
    ///
    /// @throws CorruptBlock if there is none, or it is damaged
    static BackupManifest readManifest(Disk disk) throws IOException {
        if (!disk.exists(BackupFormat.MANIFEST)) {
            throw new CorruptBlock(
                    disk.exists(BackupFormat.PLAN)
                            ? "there is no manifest: the backup was begun and not finished; begin it again to go on"
                            : "there is no manifest: this is no backup");
        }
        List<BackupPart> parts = new ArrayList<>();
        BackupPlan plan = read(disk, BackupFormat.MANIFEST, parts);
        return new BackupManifest(plan.id(), plan.createdEpochNanos(), plan.items(), parts);
    }

    /// The plan that a complete backup followed.
    static BackupPlan ofManifest(Disk disk) throws IOException {
        return read(disk, BackupFormat.MANIFEST, new ArrayList<>());
    }

    private static BackupPlan read(Disk disk, String name, List<BackupPart> parts) throws IOException {
        try (UnitReader reader = new UnitReader(disk, name)) {
            MemoryReader header = reader.header();
            UUID id = UnitReader.uuid(header);
            long createdEpochNanos = header.i64();
            long itemCount = header.i64();
            long sliceCount = header.i64();
            long partCount = header.i64();
            List<BackupItem> items = new ArrayList<>();
            for (long i = 0; i < itemCount; i++) {
                items.add(readItem(reader));
            }
            List<Slice> slices = new ArrayList<>();
            for (long i = 0; i < sliceCount; i++) {
                slices.add(readSlice(reader.next(Kind.SLICE), items.size()));
            }
            for (long i = 0; i < partCount; i++) {
                MemoryReader part = reader.next(Kind.PART);
                parts.add(readPart(part));
            }
            reader.next(Kind.END);
            return new BackupPlan(id, createdEpochNanos, items, slices);
        } catch (Refused e) {
            if (e.code() == ErrorCode.FORMAT_TOO_NEW || e.code() == ErrorCode.FORMAT_UNKNOWN) {
                throw e;
            }
            throw new CorruptBlock(name + ": " + e.getMessage(), e);
        }
    }

    private static BackupItem readItem(UnitReader reader) throws IOException {
        long at = reader.position();
        UnitReader.Unit unit = reader.next();
        MemoryReader content = reader.content(at, unit);
        Version version = new Version(content.i64(), content.i64());
        return switch (unit.kind()) {
            case STREAM -> new BackupItem.OfStream(CommandCodec.descriptor(content), version);
            case TABLE -> {
                long createdEpochNanos = content.i64();
                yield new BackupItem.OfTable(content.text(), version, createdEpochNanos);
            }
            default -> throw reader.corrupt(at, "it is " + unit.kind() + ", wanted a stream or a table");
        };
    }

    private static Slice readSlice(MemoryReader content, int itemCount) throws CorruptBlock {
        List<Slice.Piece> pieces = new ArrayList<>();
        for (int left = content.u32(); left > 0; left--) {
            int item = content.u32();
            byte[] from = content.bytes();
            boolean hasUntil = content.u32() == 1;
            byte[] until = content.bytes();
            if (item >= itemCount) {
                throw new CorruptBlock("a slice of a backup names item " + item + " of " + itemCount);
            }
            pieces.add(new Slice.Piece(item, new KeyRange(from, hasUntil ? until : null)));
        }
        return new Slice(pieces);
    }

    private static BackupPart readPart(MemoryReader content) throws CorruptBlock {
        int slice = content.u32();
        int number = content.u32();
        long bytes = content.i64();
        int checksum = content.raw(4).get(Layouts.INT, 0);
        return new BackupPart(slice, number, bytes, checksum, content.i64());
    }
}
