package io.distil.replication.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.RandomTableHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableComparison;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;

class BackupTest {
    private static final UUID ID = new UUID(3, 4);
    private static final BackupOptions SMALL = new BackupOptions(2 << 10, 1, true);
    private static final RestoreOptions ALONE = new RestoreOptions(Map.of(), false, 1);

    private final Leaks leaks = new Leaks();

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    /// Two tables and three streams with a random past.
    private static ModelStore filled(Random random, int mutationCount) {
        ModelStore store = new ModelStore();
        RandomTableHistory tables = new RandomTableHistory(random, 2, 20);
        try (RandomHistory streams = new RandomHistory(random, 3, 200, true)) {
            streams.creations().forEach(store::submit);
            for (int i = 0; i < mutationCount; i++) {
                store.submit(tables.next(store));
                store.submit(streams.next(store));
            }
        }
        return store;
    }

    /// Everything that a backup should keep of a store, as texts.
    private static List<String> contents(ModelStore store) throws IOException {
        List<String> contents = new ArrayList<>();
        for (TableInfo table : store.tables("")) {
            contents.add("table " + table.name());
            try (TableSnapshot rows = store.tableSnapshot(table.name(), VersionSelector.LATEST)) {
                for (TableRow row : TableComparison.scan(rows, KeyRange.ALL, false, 1000)) {
                    contents.add(TableComparison.text(row).replaceAll("@.*", ""));
                }
            }
        }
        for (StreamInfo stream : store.find(StreamFilter.ALL).next(1000)) {
            StreamDescriptor d = stream.descriptor();
            contents.add("stream " + d.id() + " " + d.collection() + " " + d.tags() + " " + d.annotations());
            points(store, d.id()).forEach(point -> contents.add(point.toString()));
        }
        return contents;
    }

    private static List<Point> points(ModelStore store, StreamId id) throws IOException {
        try (StreamSnapshot points = store.snapshot(id, VersionSelector.LATEST)) {
            return StoreComparison.points(points, TimeRange.ALL, 1000);
        }
    }

    private static BackupManifest make(ModelStore store, Disk disk, BackupOptions options) throws IOException {
        return Backup.make(store, disk, BackupSelection.EVERYTHING, options, NanoClock.SYSTEM, ID, _ -> {});
    }

    @Test
    void whatWasBackedUpComesBackInAnotherStore() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("BackupTest: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 10; round++) {
            ModelStore store = filled(random, random.nextInt(60));
            SimulatedDisk disk = new SimulatedDisk(random.nextLong());
            BackupOptions options = new BackupOptions(1L << random.nextInt(20), 1, true);
            List<BackupPart> told = new ArrayList<>();
            BackupManifest manifest =
                    Backup.make(store, disk, BackupSelection.EVERYTHING, options, NanoClock.SYSTEM, ID, told::add);
            assertThat(Backup.read(disk)).isEqualTo(manifest);
            assertThat(told).containsExactlyElementsOf(manifest.parts());
            assertThat(Backup.verify(disk, 1, _ -> {})).isEmpty();
            ModelStore target = new ModelStore();
            Restore.run(target, disk, ALONE, _ -> {});
            assertThat(contents(target)).isEqualTo(contents(store));
            assertThat(target.records("")).as("records of the restoration").isEmpty();
        }
    }

    @Test
    void aBackupShowsTheVersionsItBeganWithWhateverIsWrittenMeanwhile() throws IOException {
        ModelStore store = filled(new Random(1), 40);
        SimulatedDisk disk = new SimulatedDisk(1);
        List<String> before = contents(store);
        String table = store.tables("").getFirst().name();
        StreamId stream = store.find(StreamFilter.ALL).next(1).getFirst().descriptor().id();
        Backup.make(
                store,
                disk,
                BackupSelection.EVERYTHING,
                SMALL,
                NanoClock.SYSTEM,
                ID,
                part -> {
                    byte[] key = {(byte) part.slice(), (byte) part.number()};
                    store.submit(new Mutation.WriteTable(table, List.of(KeyWrite.set(key, new byte[3])))).join();
                    store.delete(stream, new TimeRange(part.slice(), part.slice() + 1000L)).join();
                });
        ModelStore target = new ModelStore();
        Restore.run(target, disk, ALONE, _ -> {});
        assertThat(contents(target)).isEqualTo(before);
    }

    @Test
    void aTableInTwoGroupsIsTakenByTheVersionsOfBoth() throws IOException {
        ModelStore left = new ModelStore();
        ModelStore right = new ModelStore();
        for (ModelStore group : List.of(left, right)) {
            group.submit(new Mutation.CreateTable("t")).join();
        }
        for (int i = 0; i < 20; i++) {
            left.submit(new Mutation.WriteTable("t", List.of(KeyWrite.set(new byte[] {(byte) i}, new byte[9])))).join();
            left.submit(new Mutation.FlushTable("t")).join();
        }
        right.submit(new Mutation.WriteTable("t", List.of(KeyWrite.set(new byte[] {100}, new byte[1])))).join();
        SimulatedDisk disk = new SimulatedDisk(1);
        TwoGroups store = new TwoGroups(left, right, new byte[] {50});
        BackupManifest manifest =
                Backup.make(store, disk, BackupSelection.EVERYTHING, SMALL, NanoClock.SYSTEM, ID, _ -> {});
        assertThat(manifest.items().stream().map(item -> item.title() + " " + item.version()))
                .containsExactly("table t 20.0", "table t 1.0");
        ModelStore target = new ModelStore();
        Restore.run(target, disk, ALONE, _ -> {});
        try (TableSnapshot rows = target.tableSnapshot("t", VersionSelector.LATEST)) {
            assertThat(rows.count(KeyRange.ALL)).isEqualTo(21);
            assertThat(rows.get(new byte[] {100})).isPresent();
        }
    }

    @Test
    void aSelectionTakesTablesByPrefixAndStreamsByIdOrCollection() throws IOException {
        ModelStore store = filled(new Random(2), 20);
        List<StreamInfo> all = store.find(StreamFilter.ALL).next(10);
        StreamInfo alone = all.getLast();
        SimulatedDisk disk = new SimulatedDisk(1);
        BackupSelection selection =
                new BackupSelection(List.of("random/1"), List.of(alone.descriptor().id()), List.of("random/0"));
        BackupManifest manifest =
                Backup.make(store, disk, selection, BackupOptions.DEFAULT, NanoClock.SYSTEM, ID, _ -> {});
        List<String> wanted = new ArrayList<>(List.of("table random/1"));
        all.stream()
                .map(StreamInfo::descriptor)
                .filter(d -> d.collection().equals("random/0") || d.id().equals(alone.descriptor().id()))
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .forEach(d -> wanted.add("stream " + d.path()));
        assertThat(manifest.items().stream().map(BackupItem::title)).containsExactlyElementsOf(wanted);
    }

    @Test
    void aBackupThatWasInterruptedAnywhereIsFinishedAsItWasBegun() throws IOException {
        List<String> wanted = null;
        boolean wentThrough = false;
        for (int operation = 1; !wentThrough; operation += operation < 40 ? 3 : 23) {
            ModelStore store = filled(new Random(3), 25);
            wanted = wanted == null ? contents(store) : wanted;
            SimulatedDisk disk = new SimulatedDisk(operation);
            disk.cutPowerAfter(operation);
            try {
                make(store, disk, SMALL);
                wentThrough = true;
            } catch (IOException e) {
                assertThat(disk.isPowered()).as("%s", e).isFalse();
            }
            SimulatedDisk found = disk.crash();
            boolean wasPlanned = found.exists(BackupFormat.PLAN);
            if (!found.exists(BackupFormat.MANIFEST)) {
                assertThatThrownBy(() -> Backup.read(found)).isInstanceOf(CorruptBlock.class);
                if (wasPlanned) {
                    submitMore(store);
                }
                make(store, found, SMALL);
            }
            assertThat(Backup.verify(found, 1, _ -> {})).isEmpty();
            ModelStore target = new ModelStore();
            Restore.run(target, found, ALONE, _ -> {});
            assertThat(contents(target)).isEqualTo(wanted);
        }
    }

    private static void submitMore(ModelStore store) {
        for (TableInfo table : store.tables("")) {
            store.submit(new Mutation.WriteTable(table.name(), List.of(KeyWrite.set(new byte[] {1}, new byte[] {1}))))
                    .join();
        }
    }

    @Test
    void aRestorationThatWasInterruptedAnywhereGoesOn() throws IOException {
        ModelStore store = filled(new Random(4), 30);
        SimulatedDisk disk = new SimulatedDisk(1);
        make(store, disk, SMALL);
        boolean wentThrough = false;
        for (int mutations = 0; !wentThrough; mutations += 5) {
            ModelStore target = new ModelStore();
            try {
                Restore.run(new FailingStore(target, mutations), disk, ALONE, _ -> {});
                wentThrough = true;
            } catch (IOException e) {
                assertThat(e).hasMessage(FailingStore.SENTENCE);
                List<BackupPart> told = new ArrayList<>();
                Restore.run(target, disk, ALONE, told::add);
                assertThat(told).containsExactlyInAnyOrderElementsOf(Backup.read(disk).parts());
            }
            assertThat(contents(target)).isEqualTo(contents(store));
            assertThat(target.records("")).isEmpty();
        }
    }

    @Test
    void nothingThatIsThereIsOverwritten() throws IOException {
        ModelStore store = filled(new Random(5), 20);
        SimulatedDisk disk = new SimulatedDisk(1);
        make(store, disk, SMALL);
        List<String> before = contents(store);
        assertThatThrownBy(() -> Restore.run(store, disk, ALONE, _ -> {}))
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_EXISTS));
        RestoreOptions renamed = new RestoreOptions(Map.of("random/", "copy/"), false, 1);
        assertThatThrownBy(() -> Restore.run(store, disk, renamed, _ -> {}))
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_ID_EXISTS));
        assertThat(contents(store)).isEqualTo(before);

        Restore.run(store, disk, new RestoreOptions(Map.of("random/", "copy/"), true, 1), _ -> {});
        assertThat(contents(store)).containsAll(before);
        for (StreamInfo copy : store.find(StreamFilter.ofPrefix("copy/")).next(10)) {
            StreamDescriptor d = copy.descriptor();
            StreamId original =
                    store.find(StreamFilter.ofName(d.collection().replace("copy/", "random/"), d.name()))
                            .next(1)
                            .getFirst()
                            .descriptor()
                            .id();
            assertThat(points(store, d.id())).isEqualTo(points(store, original));
        }
        assertThatThrownBy(() -> make(store, disk, SMALL)).hasMessageContaining("complete backup");
    }

    @Test
    void aDamagedPartIsRefusedByName() throws IOException {
        ModelStore store = filled(new Random(6), 15);
        SimulatedDisk disk = new SimulatedDisk(1);
        BackupManifest manifest = make(store, disk, SMALL);
        for (BackupPart part : manifest.parts()) {
            for (long at = 0; at < part.bytes(); at += 211) {
                disk.flipBit(part.fileName(), at, (int) (at % 8));
                assertThat(Backup.verify(disk, 1, _ -> {})).singleElement().asString().contains(part.fileName());
                disk.flipBit(part.fileName(), at, (int) (at % 8));
            }
        }
        BackupPart last = manifest.parts().getLast();
        disk.flipBit(last.fileName(), 40, 1);
        assertThatThrownBy(() -> Restore.run(new ModelStore(), disk, ALONE, _ -> {}))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining(last.fileName());
        disk.delete(last.fileName());
        assertThat(Backup.verify(disk, 1, _ -> {})).containsExactly(last.fileName() + " is missing");
        disk.flipBit(BackupFormat.MANIFEST, 70, 1);
        assertThatThrownBy(() -> Backup.verify(disk, 1, _ -> {}))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining(BackupFormat.MANIFEST);
    }

    @Test
    void aPartInThePlaceOfAnotherIsRefused() throws IOException {
        ModelStore store = filled(new Random(7), 15);
        SimulatedDisk disk = new SimulatedDisk(1);
        BackupManifest manifest = make(store, disk, SMALL);
        String first = manifest.parts().getFirst().fileName();
        disk.delete(first);
        disk.rename(manifest.parts().getLast().fileName(), first);
        assertThat(Backup.verify(disk, 1, _ -> {})).anySatisfy(sentence -> assertThat(sentence).contains(first));
    }

    @Test
    void manyEqualTimesStayTogetherAndManyPartsAreWrittenAtOnce(@TempDir Path directory) throws IOException {
        StreamId id = new StreamId(1, 1);
        try (LocalStore store = open(directory.resolve("a"));
                LocalStore target = open(directory.resolve("b"));
                Disk disk = Disks.open(directory.resolve("backup"), DiskChoice.AUTO);
                PointBatch batch = new PointBatch(100_000)) {
            store.submit(new Mutation.Create(new StreamDescriptor(id, "c", Map.of("name", "n"), Map.of(), 1))).join();
            for (int i = 0; i < 100_000; i++) {
                batch.append(i < 60_000 ? i : 60_000, i % 7);
            }
            store.insert(id, batch.columns(), MergePolicy.NEVER).join();
            store.submit(new Mutation.CreateTable("t")).join();
            for (int i = 0; i < 100; i++) {
                byte[] key = {(byte) (i * 37), (byte) i};
                store.submit(new Mutation.WriteTable("t", List.of(KeyWrite.set(key, new byte[5000])))).join();
            }
            BackupOptions options = new BackupOptions(64 << 10, 3, true);
            BackupManifest manifest =
                    Backup.make(store, disk, BackupSelection.EVERYTHING, options, NanoClock.SYSTEM, ID, _ -> {});
            assertThat(manifest.parts()).hasSizeGreaterThan(15);
            assertThat(manifest.rowCount()).isEqualTo(100_100);
            assertThat(Backup.verify(disk, 3, _ -> {})).isEmpty();
            Restore.run(target, disk, new RestoreOptions(Map.of(), false, 3), _ -> {});
            try (StreamSnapshot a = store.snapshot(id, VersionSelector.LATEST);
                    StreamSnapshot b = target.snapshot(id, VersionSelector.LATEST);
                    TableSnapshot c = store.tableSnapshot("t", VersionSelector.LATEST);
                    TableSnapshot d = target.tableSnapshot("t", VersionSelector.LATEST)) {
                assertThat(StoreComparison.points(b, TimeRange.ALL, 5000))
                        .isEqualTo(StoreComparison.points(a, TimeRange.ALL, 5000));
                assertThat(d.count(KeyRange.ALL)).isEqualTo(c.count(KeyRange.ALL));
            }
        } catch (CompletionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private static LocalStore open(Path directory) throws IOException {
        return LocalStore.open(Disks.open(directory, DiskChoice.AUTO), LocalStoreOptions.DEFAULT, NanoClock.SYSTEM);
    }
}
