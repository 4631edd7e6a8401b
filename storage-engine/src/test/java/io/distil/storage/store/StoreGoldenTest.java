package io.distil.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.store.Table.Part;

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

/// A data directory that was written once must be readable for ever. The file is a dump of it, sixteen bytes a line, without
/// the lines that are all zero; `-Ddistil.golden=write` writes it anew, which is right only together with a new format
/// number.
class StoreGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/distil/storage/store/directory.txt");
    private static final int LINE_BYTES = 16;
    private static final Table NAMES = new Table(1, "names", Part.TEXT);
    private static final Table VERSIONS = new Table(2, "versions", Part.STREAM, Part.NUMBER);
    private static final StreamId STREAM = new StreamId(0x0123456789abcdefL, 0xfedcba9876543210L);

    /// Enough for two levels, with a value in a block of its own.
    private static List<KeyedChange> changes() {
        List<KeyedChange> changes = new ArrayList<>();
        for (int major = 1; major <= 12; major++) {
            byte[] key = VERSIONS.key().stream(STREAM).number(major).bytes();
            changes.add(new KeyedChange.Put(key, ("root " + major).repeat(5).getBytes(StandardCharsets.UTF_8)));
        }
        changes.add(new KeyedChange.Put(NAMES.key().text("plant/größe").bytes(), new byte[0]));
        byte[] large = new byte[200];
        Arrays.fill(large, (byte) 'x');
        changes.add(new KeyedChange.Put(NAMES.key().text("large").bytes(), large));
        return changes;
    }

    @Test
    void aDirectoryOfTheFirstDayIsReadAndWrittenTheSame() throws IOException {
        SimulatedDisk written = new SimulatedDisk(1);
        try (Store store = Stores.open(written)) {
            store.checkpoint(1000, 900, changes());
        }
        List<String> dump = dump(written);
        if ("write".equals(System.getProperty("distil.golden"))) {
            Files.createDirectories(GOLDEN.getParent());
            Files.write(GOLDEN, dump);
        }
        List<String> golden = Files.readAllLines(GOLDEN);
        assertThat(dump).isEqualTo(golden);
        try (Store store = Stores.open(restore(golden))) {
            assertThat(store.id()).hasToString("00000000-0000-0001-0000-000000000002");
            assertThat(store.lastCheckpoint().appliedThrough()).isEqualTo(1000);
            for (KeyedChange change : changes()) {
                byte[] wanted = ((KeyedChange.Put) change).value();
                assertThat(store.get(change.key())).hasValueSatisfying(found -> assertThat(found).isEqualTo(wanted));
            }
        }
    }

    private static List<String> dump(SimulatedDisk disk) {
        List<String> lines = new ArrayList<>();
        for (String name : disk.files()) {
            lines.add(name);
            byte[] bytes = disk.bytes(name);
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
        disk.createDirectories("segments");
        for (int i = 0; i < dump.size(); ) {
            String name = dump.get(i++);
            byte[] bytes = new byte[Stores.SEGMENT_BYTES];
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
