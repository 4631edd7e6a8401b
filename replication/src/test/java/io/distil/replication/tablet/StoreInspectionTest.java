package io.distil.replication.tablet;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.WriteTag;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.segment.BlockStoreOptions;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// A whole store, inspected sound and damaged.
class StoreInspectionTest {
    private static final TreeShape SHAPE = new TreeShape(16, 4);
    private static final int STREAM_COUNT = 3;
    private static final int COMMITTED_POINTS = 500;
    private static final int BUFFERED_POINTS = 20;

    private final Leaks leaks = new Leaks();
    private final SimulatedDisk disk = new SimulatedDisk(1);

    @BeforeEach
    void fill() throws IOException {
        try (LocalStore store = open();
                PointBatch batch = new PointBatch(COMMITTED_POINTS)) {
            for (int s = 0; s < STREAM_COUNT; s++) {
                submit(
                        store,
                        new Mutation.Create(
                                new StreamDescriptor(id(s), "plant", Map.of("name", "s" + s), Map.of(), 1)));
            }
            for (int s = 0; s < STREAM_COUNT; s++) {
                insert(store, batch, s, 0, COMMITTED_POINTS);
                submit(store, new Mutation.Flush(id(s)));
            }
            insert(store, batch, 0, COMMITTED_POINTS, BUFFERED_POINTS);
            submit(
                    store,
                    new Mutation.Atomic(
                            List.of(), List.of(new Mutation.PutRecord("note", 0, Optional.of(new byte[] {1, 2, 3})))));
        }
    }

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    private static StreamId id(int stream) {
        return new StreamId(0xABC, stream);
    }

    private LocalStore open() throws IOException {
        StoreOptions store =
                new StoreOptions(
                        new BlockStoreOptions(1 << 16, 1 << 20),
                        KeyedTree.DEFAULT_BLOCK_BYTES_MAX,
                        () -> new UUID(1, 2));
        LocalStoreOptions options =
                new LocalStoreOptions(
                        store,
                        new Journal.Options(32 << 10, 8 << 10),
                        PqmOptions.withBudget(1 << 22),
                        TableOptions.withBudget(1 << 20),
                        SHAPE,
                        0,
                        16 << 10,
                        1_000_000_000L,
                        1 << 20);
        NanoClock still =
                new NanoClock() {
                    @Override
                    public long epochNanos() {
                        return 0;
                    }

                    @Override
                    public long monotonicNanos() {
                        return 0;
                    }
                };
        return LocalStore.open(disk, options, still, LocalStore.Driving.STEPPED, AppliedListener.NONE);
    }

    private static void insert(LocalStore store, PointBatch batch, int stream, int from, int count) {
        batch.clear();
        for (int i = from; i < from + count; i++) {
            batch.append(1_000L * i, Math.sin(i) * stream);
        }
        submit(store, new Mutation.Insert(id(stream), batch.columns(), MergePolicy.REPLACE));
    }

    private static void submit(LocalStore store, Mutation mutation) {
        CompletableFuture<?> done = store.submit(mutation, WriteTag.NONE);
        while (!done.isDone()) {
            store.step(true);
            store.step(false);
        }
        done.join();
    }

    private StoreInspection.Report inspect() throws IOException {
        Map<String, byte[]> before = contents();
        StoreInspection.Report report = StoreInspection.inspect(disk, SHAPE);
        assertThat(contents()).as("files after an inspection").containsExactlyEntriesOf(before);
        return report;
    }

    private Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new HashMap<>();
        disk.files().forEach(file -> contents.put(file, disk.bytes(file)));
        return contents;
    }

    private static String print(StoreInspection.Report report) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aSoundStoreIsCountedByStreamsPointsAndEntries() throws IOException {
        StoreInspection.Report report = inspect();
        assertThat(report.store().damage()).isEmpty();
        assertThat(report.streamCount()).isEqualTo(STREAM_COUNT);
        assertThat(report.pointCount()).isEqualTo((long) STREAM_COUNT * COMMITTED_POINTS);
        // Three creations, three inserts and flushes, then the insert that is only in the log, and the record.
        assertThat(report.log())
                .hasValueSatisfying(log -> {
                    assertThat(log.firstPosition()).isEqualTo(10);
                    assertThat(log.lastPosition()).isEqualTo(11);
                });
        assertThat(print(report))
                .contains("a restart reads entries 10 to 11")
                .contains("streams: 3 with 1500 points")
                .contains("table streams: 3 entries")
                .contains("table records: 1 entries")
                .endsWith("sound\n");
    }

    @Test
    void aDamagedSeriesBlockIsReportedUnderItsStream() throws IOException {
        String segment = "segments/00000000.segment";
        int damaged = 0;
        for (int offset = 4096; offset < 16_384; offset += 256) {
            disk.flipBit(segment, offset, 3);
            StoreInspection.Report report = inspect();
            if (!report.isSound()) {
                damaged++;
                assertThat(report.store().damage()).anySatisfy(sentence -> assertThat(sentence).contains(segment));
            }
            disk.flipBit(segment, offset, 3);
        }
        assertThat(damaged).isPositive();
        assertThat(inspect().isSound()).isTrue();
    }

    @Test
    void theRowsOfTablesAreCountedAndDamageOfThemIsReported() throws IOException {
        List<KeyWrite> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add(KeyWrite.set(new byte[] {(byte) i}, new byte[60]));
        }
        try (LocalStore store = open()) {
            submit(store, new Mutation.CreateTable("plants"));
            submit(store, new Mutation.WriteTable("plants", writes));
            submit(store, new Mutation.FlushTable("plants"));
        }
        StoreInspection.Report report = inspect();
        assertThat(report.store().damage()).isEmpty();
        assertThat(report.rowCount()).isEqualTo(200);
        assertThat(print(report))
                .contains("tables: 1 with 200 rows")
                .contains("table tables: 1 entries")
                .contains("table table-versions: 1 entries");
        int damaged = 0;
        for (String segment : disk.files().stream().filter(file -> file.startsWith("segments/")).toList()) {
            int last = disk.bytes(segment).length;
            for (int offset = 4096; offset < last; offset += 512) {
                disk.flipBit(segment, offset, 3);
                List<String> damage = inspect().store().damage();
                damaged += damage.stream().anyMatch(sentence -> sentence.startsWith("tables 'plants'")) ? 1 : 0;
                disk.flipBit(segment, offset, 3);
            }
        }
        assertThat(damaged).as("flipped bits that belong to rows").isPositive();
    }

    @Test
    void aDamagedLogIsDamageOfTheStore() throws IOException {
        int damaged = 0;
        for (String file : disk.files()) {
            if (file.startsWith("log/")) {
                disk.flipBit(file, 4096 + 40, 0);
                StoreInspection.Report report = inspect();
                // Slots that hold nothing, or nothing that a start would read, do not matter.
                if (!report.isSound()) {
                    damaged++;
                    assertThat(report.store().damage()).singleElement().asString().contains(file);
                    assertThat(print(report)).endsWith("damaged\n");
                }
                disk.flipBit(file, 4096 + 40, 0);
            }
        }
        assertThat(damaged).isPositive();
    }

    @Test
    void aMissingLogIsDamageWhereEntriesWereDurable() throws IOException {
        for (String file : disk.files()) {
            if (file.startsWith("log/")) {
                disk.delete(file);
            }
        }
        assertThat(inspect().store().damage())
                .containsExactly("there is no log, but entries up to 11 had been made durable");
    }

    @Test
    void aBitFlippedAnywhereIsReportedOrLeavesEveryPointCounted() throws IOException {
        long seed = Long.getLong("distil.seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> files = new ArrayList<>(disk.files());
        int found = 0;
        for (int round = 0; round < 120; round++) {
            String file = files.get(random.nextInt(files.size()));
            int offset = random.nextInt(Math.min(disk.bytes(file).length, 24 << 10));
            int bit = random.nextInt(8);
            disk.flipBit(file, offset, bit);
            StoreInspection.Report report = inspect();
            if (report.isSound()) {
                assertThat(report.pointCount())
                        .as("seed %d: bit %d of offset %d of %s", seed, bit, offset, file)
                        .isEqualTo((long) STREAM_COUNT * COMMITTED_POINTS);
            } else {
                found++;
            }
            disk.flipBit(file, offset, bit);
        }
        assertThat(found).as("seed %d: damage found", seed).isPositive();
    }
}
