package io.distil.base.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.Version;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Asks a store and the model the same questions about tables.
public final class TableComparison {
    /// Enough for what is there already.
    private static final Duration MOMENT = Duration.ofMillis(2);

    private TableComparison() {}

    /// Everything about one table: at its present version, at older ones, and what changed between them.
    public static void compare(
            TableStore store, ModelStore model, String table, RandomTableHistory history, Random random)
            throws IOException {
        Version present;
        try (TableSnapshot expected = model.tableSnapshot(table, VersionSelector.LATEST);
                TableSnapshot actual = store.tableSnapshot(table, VersionSelector.LATEST)) {
            present = expected.version();
            compareSnapshots(actual, expected, history, random);
            for (int i = 0; i < 3; i++) {
                Version since = Version.ofMajor(random.nextLong(present.major() + 1));
                compareChanges(actual, expected, since, history.range());
            }
            compareChanges(actual, expected, present, KeyRange.ALL);
        }
        VersionSelector older = VersionSelector.at(Version.ofMajor(random.nextLong(present.major() + 1)));
        try (TableSnapshot expected = model.tableSnapshot(table, older);
                TableSnapshot actual = store.tableSnapshot(table, older)) {
            compareSnapshots(actual, expected, history, random);
            compareChanges(
                    actual, expected, Version.ofMajor(random.nextLong(expected.version().major() + 1)), KeyRange.ALL);
        }
    }

    /// Every kind of question at one version.
    public static void compareSnapshots(
            TableSnapshot actual, TableSnapshot expected, RandomTableHistory history, Random random)
            throws IOException {
        assertThat(actual.version()).isEqualTo(expected.version());
        assertThat(actual.table()).isEqualTo(expected.table());
        for (KeyRange range : List.of(KeyRange.ALL, history.range(), history.range())) {
            for (boolean backward : new boolean[] {false, true}) {
                assertThat(texts(scan(actual, range, backward, 1 + random.nextInt(100))))
                        .as("rows of %s at %s in %s", actual.table(), actual.version(), range)
                        .isEqualTo(texts(scan(expected, range, backward, 1000)));
            }
            assertThat(actual.count(range)).as("count of %s", range).isEqualTo(expected.count(range));
        }
        for (int i = 0; i < 5; i++) {
            byte[] key = history.key();
            assertThat(actual.get(key).map(TableComparison::text))
                    .isEqualTo(expected.get(key).map(TableComparison::text));
        }
    }

    private static void compareChanges(TableSnapshot actual, TableSnapshot expected, Version since, KeyRange range)
            throws IOException {
        assertThat(changes(actual, since, range))
                .as("changes of %s from %s to %s in %s", actual.table(), since, actual.version(), range)
                .isEqualTo(changes(expected, since, range));
    }

    public static List<TableRow> scan(TableSnapshot snapshot, KeyRange range, boolean backward, int pageRows)
            throws IOException {
        List<TableRow> rows = new ArrayList<>();
        try (TableCursor<TableRow> cursor = snapshot.scan(range, backward)) {
            for (List<TableRow> page = cursor.next(pageRows); !page.isEmpty(); page = cursor.next(pageRows)) {
                assertThat(page.size()).isLessThanOrEqualTo(pageRows);
                rows.addAll(page);
            }
            assertThat(cursor.next(pageRows)).isEmpty();
        }
        return rows;
    }

    public static List<String> changes(TableSnapshot snapshot, Version since, KeyRange range) throws IOException {
        List<String> changes = new ArrayList<>();
        try (TableCursor<TableChange> cursor = snapshot.changesSince(since, range)) {
            for (List<TableChange> page = cursor.next(7); !page.isEmpty(); page = cursor.next(7)) {
                page.forEach(change -> changes.add(text(change)));
            }
        }
        return changes;
    }

    /// Takes what a watcher has seen and brings it up to what has come.
    ///
    /// @param rows what it has seen so far, by key
    /// @return the version up to which it has seen everything
    public static Version follow(TableWatch watch, TreeMap<byte[], TableRow> rows, Version from) throws IOException {
        return follow(watch, rows, from, MOMENT);
    }

    /// @param patience how long to wait for more; nothing where all has come already, and the clock may stand still
    public static Version follow(TableWatch watch, TreeMap<byte[], TableRow> rows, Version from, Duration patience)
            throws IOException {
        Version through = from;
        for (TableWatch.Batch batch = watch.next(patience); batch != null; batch = watch.next(patience)) {
            assertThat(batch.through()).isGreaterThanOrEqualTo(through);
            through = batch.through();
            for (TableChange change : batch.changes()) {
                if (change.value().isPresent()) {
                    rows.put(change.key(), new TableRow(change.key(), change.value().get(), change.version()));
                } else {
                    rows.remove(change.key());
                }
            }
        }
        return through;
    }

    public static TreeMap<byte[], TableRow> noRows() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    public static List<String> texts(Iterable<TableRow> rows) {
        List<String> texts = new ArrayList<>();
        rows.forEach(row -> texts.add(text(row)));
        return texts;
    }

    public static String text(TableRow row) {
        return text(new TableChange(row.key(), row.version(), Optional.of(row.value())));
    }

    /// Key, value and version, short enough to be read in a failure.
    public static String text(TableChange change) {
        HexFormat hex = HexFormat.of();
        String value =
                change.value()
                        .map(v -> v.length <= 16 ? hex.formatHex(v) : v.length + " bytes #" + Arrays.hashCode(v))
                        .orElse("gone");
        return hex.formatHex(change.key()) + "=" + value + "@" + change.version();
    }
}
