package io.distil.replication.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableComparison;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.ring.SimulatedDisk;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A backup that was made once must be restorable for ever. The file is a dump of one, sixteen bytes a line, without the
/// lines that are all zero; `-Ddistil.golden=write` writes it anew, which is right only together with a new format number.
/// What zstd makes of bytes may change with its version, so only reading is compared, and writing where nothing is
/// compressed.
class BackupGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/distil/replication/backup/backup.txt");
    private static final int LINE_BYTES = 16;
    private static final int FILE_BYTES = 4096;
    private static final StreamId STREAM = new StreamId(0x0123456789abcdefL, 0xfedcba9876543210L);

    private static final NanoClock CLOCK =
            new NanoClock() {
                @Override
                public long epochNanos() {
                    return 1_700_000_000_000_000_000L;
                }

                @Override
                public long monotonicNanos() {
                    return 0;
                }
            };

    private static ModelStore store() {
        ModelStore store = new ModelStore();
        Map<String, String> annotations = Map.of("site", "north");
        store.submit(
                new Mutation.Create(
                        new StreamDescriptor(STREAM, "plant/line1", Map.of("name", "temperature"), annotations, 1)));
        try (PointBatch points = new PointBatch(3)) {
            points.append(-5, 1.5).append(10, -0.0).append(10, 1e300);
            store.insert(STREAM, points.columns(), MergePolicy.NEVER).join();
        }
        store.submit(new Mutation.CreateTable("plant/größe"));
        store.submit(
                new Mutation.WriteTable(
                        "plant/größe",
                        List.of(
                                KeyWrite.set(new byte[] {1}, "eins".getBytes(StandardCharsets.UTF_8)),
                                KeyWrite.set(new byte[] {1, 0}, new byte[0]),
                                // Compressed.
                                KeyWrite.set(new byte[] {-1}, new byte[1000]))));
        return store;
    }

    @Test
    void aBackupOfTheFirstDayIsReadAndWrittenTheSame() throws IOException {
        SimulatedDisk written = new SimulatedDisk(1);
        // One unit for each row, and parts of two.
        BackupOptions options = new BackupOptions(80, 1, true);
        Backup.make(store(), written, BackupSelection.EVERYTHING, options, CLOCK, new UUID(1, 2), _ -> {});
        List<String> dump = dump(written);
        if ("write".equals(System.getProperty("distil.golden"))) {
            Files.createDirectories(GOLDEN.getParent());
            Files.write(GOLDEN, dump);
        }
        List<String> golden = Files.readAllLines(GOLDEN);
        assertThat(withoutParts(dump)).isEqualTo(withoutParts(golden));
        SimulatedDisk found = restore(golden);
        assertThat(Backup.verify(found, 1, _ -> {})).isEmpty();
        ModelStore target = new ModelStore();
        Restore.run(target, found, new RestoreOptions(Map.of(), false, 1), _ -> {});
        check(target);
    }

    private static void check(ModelStore target) throws IOException {
        assertThat(target.info(STREAM).descriptor().annotations()).isEqualTo(Map.of("site", "north"));
        try (StreamSnapshot points = target.snapshot(STREAM, VersionSelector.LATEST);
                TableSnapshot rows = target.tableSnapshot("plant/größe", VersionSelector.LATEST)) {
            assertThat(StoreComparison.points(points, TimeRange.ALL, 10))
                    .containsExactly(new Point(-5, 1.5), new Point(10, -0.0), new Point(10, 1e300));
            assertThat(TableComparison.scan(rows, KeyRange.ALL, false, 10).stream().map(row -> row.value().length))
                    .containsExactly(4, 0, 1000);
        }
    }

    /// The plan, which holds nothing worth compressing.
    private static List<String> withoutParts(List<String> dump) {
        return dump.subList(dump.indexOf("plan"), dump.size());
    }

    private static List<String> dump(SimulatedDisk disk) {
        List<String> lines = new ArrayList<>();
        for (String name : disk.files()) {
            lines.add(name);
            byte[] bytes = disk.bytes(name);
            assertThat(bytes).as(name).hasSize(FILE_BYTES);
            for (int at = 0; at < bytes.length; at += LINE_BYTES) {
                byte[] line = Arrays.copyOfRange(bytes, at, at + LINE_BYTES);
                if (!Arrays.equals(line, new byte[LINE_BYTES])) {
                    lines.add("%08x %s".formatted(at, HexFormat.ofDelimiter(" ").formatHex(line)));
                }
            }
        }
        return lines;
    }

    private static SimulatedDisk restore(List<String> dump) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(2);
        disk.createDirectories(BackupFormat.PARTS);
        for (int i = 0; i < dump.size(); ) {
            String name = dump.get(i++);
            byte[] bytes = new byte[FILE_BYTES];
            while (i < dump.size() && dump.get(i).matches("[0-9a-f]{8} .*")) {
                String line = dump.get(i++);
                byte[] content = HexFormat.ofDelimiter(" ").parseHex(line.substring(9));
                System.arraycopy(content, 0, bytes, HexFormat.fromHexDigits(line, 0, 8), content.length);
            }
            write(disk, name, bytes);
        }
        return disk;
    }

    private static void write(SimulatedDisk disk, String name, byte[] bytes) throws IOException {
        MemorySegment memory = OffHeap.allocatePages(MemoryOwner.SCRATCH, bytes.length);
        try (DiskFile file = disk.open(name, OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
            queue.writeNow(file, 0, memory, bytes.length, false);
        } finally {
            OffHeap.free(MemoryOwner.SCRATCH, memory);
        }
    }
}
