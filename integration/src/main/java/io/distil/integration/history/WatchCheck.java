package io.distil.integration.history;

import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableWatch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Holds what a watcher was told against what writers know. Safe for use by many threads.
///
/// - Batches come by rising version, and no change is of a version outside its batch.
/// - A batch that is one mutation has exactly that mutation's changes, in its order.
/// - Every acknowledged mutation is a batch, or lies in the range of a catch-up batch.
/// - No batch is of a mutation that nobody made, and none is told twice.
/// - All changes, one after another, lead to the rows that are there at the end.
///
/// Every mutation must write at least one value that no other writes.
final class WatchCheck {
    private final NavigableMap<Version, Map<String, String>> done = new TreeMap<>();
    private final List<Map<String, String>> inDoubt = new ArrayList<>();
    private final List<TableWatch.Batch> told = new ArrayList<>();

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    synchronized void done(List<KeyWrite> writes, Version version) {
        Map<String, String> before = done.put(version, changes(writes));
        if (before != null) {
            throw new AssertionError(
                    "two mutations were answered with version %s: %s and %s"
                            .formatted(version, before, changes(writes)));
        }
    }

    synchronized void inDoubt(List<KeyWrite> writes) {
        inDoubt.add(changes(writes));
    }

    synchronized void told(TableWatch.Batch batch) {
        if (batch.through().compareTo(through()) <= 0) {
            throw new AssertionError("after " + through() + " the watch told " + text(batch));
        }
        for (TableChange change : batch.changes()) {
            if (change.version().compareTo(through()) <= 0 || change.version().compareTo(batch.through()) > 0) {
                throw new AssertionError(
                        "after %s, a batch with a change of %s: %s"
                                .formatted(through(), change.version(), text(batch)));
            }
        }
        told.add(batch);
    }

    /// Where a new watch has to begin.
    synchronized Version through() {
        return told.isEmpty() ? Version.ZERO : told.getLast().through();
    }

    /// @param rows of the table, at the end
    /// @return a sentence
    synchronized String conclude(Map<String, String> rows) {
        Map<String, String> replayed = new HashMap<>();
        Version before = Version.ZERO;
        int acknowledged = 0;
        int ofDoubt = 0;
        int catchUps = 0;
        for (TableWatch.Batch batch : told) {
            NavigableMap<Version, Map<String, String>> within = done.subMap(before, false, batch.through(), true);
            acknowledged += within.size();
            if (batch.isCatchUp()) {
                catchUps++;
            } else if (within.isEmpty()) {
                takeOutOfDoubt(batch);
                ofDoubt++;
            } else if (within.size() > 1 || !within.firstKey().equals(batch.through())) {
                throw new AssertionError(
                        "between %s and %s the watch told one batch, and acknowledged were %s: %s"
                                .formatted(before, batch.through(), within, text(batch)));
            } else if (!entries(within.firstEntry().getValue()).equals(entries(changes(batch)))) {
                throw new AssertionError(
                        "at %s the watch told %s and acknowledged was %s"
                                .formatted(batch.through(), text(batch), within.firstEntry().getValue()));
            }
            replay(batch, replayed);
            before = batch.through();
        }
        if (acknowledged != done.size()) {
            throw new AssertionError("never told: " + done.tailMap(before, false));
        }
        if (!replayed.equals(rows)) {
            throw new AssertionError("all changes together lead to %s, there is %s".formatted(replayed, rows));
        }
        return "%d batches told all %d acknowledged mutations in order; %d of them caught up, %d were of mutations in doubt"
                .formatted(told.size(), acknowledged, catchUps, ofDoubt);
    }

    private void takeOutOfDoubt(TableWatch.Batch batch) {
        List<Map.Entry<String, String>> wanted = entries(changes(batch));
        if (!inDoubt.removeIf(writes -> entries(writes).equals(wanted))) {
            throw new AssertionError("the watch told what nobody wrote, or told it twice: " + text(batch));
        }
    }

    private static void replay(TableWatch.Batch batch, Map<String, String> rows) {
        for (TableChange change : batch.changes()) {
            String key = text(change.key());
            change.value().ifPresentOrElse(value -> rows.put(key, text(value)), () -> rows.remove(key));
        }
    }

    /// In their order; an empty text for a removal.
    private static Map<String, String> changes(List<KeyWrite> writes) {
        Map<String, String> changes = new LinkedHashMap<>();
        writes.forEach(write -> changes.put(text(write.key()), write.value().map(WatchCheck::text).orElse("")));
        return changes;
    }

    private static Map<String, String> changes(TableWatch.Batch batch) {
        Map<String, String> changes = new LinkedHashMap<>();
        batch.changes()
                .forEach(change -> changes.put(text(change.key()), change.value().map(WatchCheck::text).orElse("")));
        return changes;
    }

    private static List<Map.Entry<String, String>> entries(Map<String, String> changes) {
        return List.copyOf(changes.entrySet());
    }

    private static String text(TableWatch.Batch batch) {
        return (batch.isCatchUp() ? "a catch-up through " : "through ") + batch.through() + ": " + changes(batch);
    }
}
