package io.distil.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.CorruptBlock;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.SegmentSummary;
import io.distil.storage.store.Table.Part;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class InspectorTest {
    private static final Table NAMES = new Table(1, "names", Part.TEXT);
    private static final Table NUMBERS = new Table(2, "numbers", Part.NUMBER);
    private static final String FILE = "distil.store";
    private static final String SEGMENT = "segments/00000000.segment";
    private static final int SLOT_BYTES = 4096;

    private final Leaks leaks = new Leaks();
    private final SimulatedDisk disk = new SimulatedDisk(1);

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    private void fill() throws IOException {
        try (Store store = Stores.open(disk)) {
            List<KeyedChange> changes = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                changes.add(new KeyedChange.Put(NUMBERS.key().number(i).bytes(), new byte[i]));
            }
            changes.add(new KeyedChange.Put(NAMES.key().text("a").bytes(), new byte[7]));
            store.checkpoint(10, 5, changes);
            store.writer().write(BlockKind.SERIES_LEAF, 1, MemorySegment.ofArray(new byte[100_000]), 100_000);
            store.checkpoint(20, 15, List.of());
        }
    }

    private InspectionReport inspect(Inspector.EntryCheck check) throws IOException {
        List<String> files = disk.files();
        List<byte[]> contents = files.stream().map(disk::bytes).toList();
        InspectionReport report = new Inspector(disk, List.of(NUMBERS), check).inspect();
        assertThat(disk.files()).isEqualTo(files);
        for (int i = 0; i < files.size(); i++) {
            assertThat(disk.bytes(files.get(i))).isEqualTo(contents.get(i));
        }
        return report;
    }

    private InspectionReport inspect() throws IOException {
        return inspect((_, _, _, _) -> {});
    }

    @Test
    void aSoundStoreIsCountedAndLeftAsItIs() throws IOException {
        fill();
        InspectionReport report = inspect();
        assertThat(report.damage()).isEmpty();
        assertThat(report.checkpoint()).hasValueSatisfying(c -> assertThat(c.sequence()).isEqualTo(3));
        assertThat(report.slots()).containsExactly("slot 0: checkpoint 2", "slot 1: checkpoint 3");
        assertThat(report.keyed()).hasValueSatisfying(k -> assertThat(k.entryCount()).isEqualTo(201));
        assertThat(report.tables())
                .containsExactly(
                        new InspectionReport.TableSummary("1", 1, 2, 7),
                        new InspectionReport.TableSummary("numbers", 200, 1800, 199 * 100));
        SegmentSummary last = report.segments().getLast();
        assertThat(last.blockCounts()).containsEntry(BlockKind.SERIES_LEAF, 1L);
        long bodyBytes = report.segments().stream().mapToLong(SegmentSummary::bodyBytes).sum();
        assertThat(bodyBytes).isEqualTo(report.keyed().orElseThrow().blockBytes() + 100_000);
        assertThat(report.segments()).allSatisfy(segment -> assertThat(segment.gaps()).isEmpty());
    }

    @Test
    void theReportReadsAsText() throws IOException {
        fill();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        inspect().print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("store 00000000-0000-0001-0000-000000000002")
                .contains("slot 1: checkpoint 3")
                .contains("checkpoint 3: log applied through 20, replayed from 15")
                .contains("table numbers: 200 entries, 1800 bytes of keys, 19900 bytes of values")
                .endsWith("sound" + System.lineSeparator());
    }

    @Test
    void aDirectoryWithoutAStoreIsReported() throws IOException {
        InspectionReport report = inspect();
        assertThat(report.damage()).containsExactly("distil.store is missing");
        assertThat(report.segments()).isEmpty();
    }

    @Test
    void oneDamagedSlotIsToldAndTwoAreDamage() throws IOException {
        fill();
        disk.flipBit(FILE, 100, 1);
        InspectionReport one = inspect();
        assertThat(one.slots().getFirst()).startsWith("slot 0: damaged: distil.store slot 0: the checksum is");
        assertThat(one.isSound()).isTrue();
        disk.flipBit(FILE, SLOT_BYTES + 100, 1);
        InspectionReport two = inspect();
        assertThat(two.damage()).hasSize(1);
        assertThat(two.checkpoint()).isEmpty();
        assertThat(two.segments()).isNotEmpty();
    }

    @Test
    void theWalkGoesOnBehindADamagedBlock() throws IOException {
        fill();
        InspectionReport before = inspect();
        SegmentSummary sound = before.segments().getFirst();
        // The first block is one of the values too large for a leaf.
        disk.flipBit(SEGMENT, 4096 + 40, 1);
        InspectionReport report = inspect();
        SegmentSummary damaged = report.segments().getFirst();
        assertThat(damaged.blockCount()).isEqualTo(sound.blockCount() - 1);
        assertThat(damaged.gaps())
                .singleElement()
                .satisfies(gap -> {
                    assertThat(gap.from()).isEqualTo(4096);
                    assertThat(gap.reason()).contains("checksum");
                });
        assertThat(report.damage())
                .isNotEmpty()
                .allSatisfy(
                        sentence -> assertThat(sentence).containsAnyOf("00000000.segment", "can be read only as far"));
        assertThat(report.keyed().orElseThrow().valueCount()).isEqualTo(before.keyed().orElseThrow().valueCount() - 1);
    }

    @Test
    void aDamagedSegmentHeaderMakesAllItsBlocksUnreadable() throws IOException {
        fill();
        disk.flipBit(SEGMENT, 9, 1);
        SegmentSummary damaged = inspect().segments().getFirst();
        assertThat(damaged.blockCount()).isZero();
        assertThat(damaged.gaps().getFirst().reason()).contains("segment header");
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        fill();
        disk.delete(SEGMENT);
        InspectionReport report = inspect();
        assertThat(report.isSound()).isFalse();
        assertThat(report.damage().getFirst()).contains("00000000.segment").contains("no such file");
    }

    @Test
    void whatTheCheckOfAnEntryFindsIsReportedUnderItsKey() throws IOException {
        fill();
        InspectionReport report =
                inspect((table, key, _, _) -> {
                    if (table.number(key, 0) == 17) {
                        throw new CorruptBlock("series leaf is torn");
                    }
                });
        assertThat(report.damage()).containsExactly("numbers 17: series leaf is torn");
    }
}
