package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// The tables of {@link ModelStore}: sorted maps, copied by every write, one kept for every major version. Every call holds
/// the lock of the object given.
final class ModelTables {
    private final Object lock;
    private final TreeMap<String, ModelTable> tables = new TreeMap<>();

    ModelTables(Object lock) {
        this.lock = lock;
    }

    Outcome apply(Mutation.OfTable mutation) {
        checkName(mutation.table());
        Outcome outcome =
                switch (mutation) {
                    case Mutation.CreateTable m -> {
                        if (tables.containsKey(m.table())) {
                            throw new Refused(ErrorCode.TABLE_EXISTS, "table " + m.table() + " exists");
                        }
                        tables.put(m.table(), new ModelTable(m.table()));
                        yield new Outcome(Version.ZERO, 0);
                    }
                    case Mutation.DropTable m -> {
                        table(m.table()).dropped = true;
                        tables.remove(m.table());
                        yield new Outcome(Version.ZERO, 0);
                    }
                    case Mutation.WriteTable m -> {
                        checkWrites(m.writes());
                        yield new Outcome(table(m.table()).write(m.writes()), 0);
                    }
                    case Mutation.FlushTable m -> new Outcome(table(m.table()).flush(), 0);
                };
        lock.notifyAll();
        return outcome;
    }

    private static void checkName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > 255 || name.contains("\0")) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "a table name of " + bytes + " bytes");
        }
    }

    private static void checkWrites(List<KeyWrite> writes) {
        TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        writes.forEach(write -> keys.add(write.key()));
        if (writes.isEmpty() || keys.size() != writes.size()) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "a batch that is empty or writes a key twice");
        }
    }

    private ModelTable table(String name) {
        ModelTable table = tables.get(name);
        if (table == null) {
            throw new Refused(ErrorCode.NO_SUCH_TABLE, "there is no table " + name);
        }
        return table;
    }

    List<TableInfo> list(String prefix) {
        return tables.values().stream()
                .filter(table -> table.name.startsWith(prefix))
                .map(table -> new TableInfo(table.name, table.version, table.majors.getLast().size(), 0))
                .toList();
    }

    TableSnapshot snapshot(String name, VersionSelector at) {
        ModelTable table = table(name);
        Version version = at instanceof VersionSelector.Exactly(Version v) ? v : table.version;
        return new Snapshot(table, version, table.rowsAt(version));
    }

    TableWatch watch(String name, KeyRange range, Version since) {
        ModelTable table = table(name);
        if (since.compareTo(table.version) > 0) {
            throw new Refused(ErrorCode.INVALID_VERSION, "version " + since + " is later than " + table.version);
        }
        return new Watch(table, range, since);
    }

    private static NavigableMap<byte[], TableRow> noRows() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    private static final class ModelTable {
        private final String name;
        private final List<NavigableMap<byte[], TableRow>> majors = new ArrayList<>(List.of(noRows()));
        private final TreeMap<Version, List<TableChange>> history = new TreeMap<>();
        private Version version = Version.ZERO;
        private NavigableMap<byte[], TableRow> present = noRows();
        private boolean dropped;

        ModelTable(String name) {
            this.name = name;
        }

        Version write(List<KeyWrite> writes) {
            for (KeyWrite write : writes) {
                TableRow row = present.get(write.key());
                boolean holds =
                        switch (write.condition()) {
                            case KeyWrite.Condition.Always _ -> true;
                            case KeyWrite.Condition.Absent _ -> row == null;
                            case KeyWrite.Condition.Present _ -> row != null;
                            case KeyWrite.Condition.WrittenAt(Version v) -> row != null && row.version().equals(v);
                            case KeyWrite.Condition.ValueIs(byte[] v) -> row != null && Arrays.equals(row.value(), v);
                        };
                if (!holds) {
                    String key = HexFormat.of().formatHex(write.key());
                    throw new Refused(
                            ErrorCode.CONDITION_FAILED, "key " + key + " is not as " + write.condition() + " wants it");
                }
            }
            version = version.nextMinor();
            NavigableMap<byte[], TableRow> next = noRows();
            next.putAll(present);
            List<TableChange> changes = new ArrayList<>();
            for (KeyWrite write : writes) {
                if (write.value().isPresent()) {
                    next.put(write.key(), new TableRow(write.key(), write.value().get(), version));
                } else {
                    next.remove(write.key());
                }
                changes.add(new TableChange(write.key(), version, write.value()));
            }
            present = next;
            history.put(version, changes);
            return version;
        }

        Version flush() {
            if (version.minor() > 0) {
                version = version.nextMajor();
                majors.add(present);
            }
            return version;
        }

        NavigableMap<byte[], TableRow> rowsAt(Version wanted) {
            if (wanted.equals(version)) {
                return present;
            }
            if (wanted.minor() != 0 || wanted.major() >= majors.size()) {
                throw new Refused(ErrorCode.VERSION_NOT_AVAILABLE, "version " + wanted + " of table " + name);
            }
            return majors.get((int) wanted.major());
        }
    }

    private record Page<T>(List<T> all, int[] next) implements TableCursor<T> {
        Page(List<T> all) {
            this(all, new int[1]);
        }

        @Override
        public List<T> next(int countMax) {
            int from = next[0];
            next[0] = Math.min(all.size(), from + countMax);
            return all.subList(from, next[0]);
        }

        @Override
        public void close() {}
    }

    private final class Snapshot implements TableSnapshot {
        private final ModelTable table;
        private final Version version;
        private final NavigableMap<byte[], TableRow> rows;

        Snapshot(ModelTable table, Version version, NavigableMap<byte[], TableRow> rows) {
            this.table = table;
            this.version = version;
            this.rows = rows;
        }

        @Override
        public String table() {
            return table.name;
        }

        @Override
        public Version version() {
            return version;
        }

        @Override
        public Optional<TableRow> get(byte[] key) {
            return Optional.ofNullable(rows.get(key));
        }

        @Override
        public TableCursor<TableRow> scan(KeyRange range, boolean backward) {
            NavigableMap<byte[], TableRow> directed = backward ? rows.descendingMap() : rows;
            return new Page<>(directed.values().stream().filter(row -> range.contains(row.key())).toList());
        }

        @Override
        public long count(KeyRange range) {
            return rows.keySet().stream().filter(range::contains).count();
        }

        @Override
        public TableCursor<TableChange> changesSince(Version since, KeyRange range) {
            if (since.compareTo(version) > 0) {
                throw new Refused(ErrorCode.INVALID_VERSION, "version " + since + " is later than " + version);
            }
            NavigableMap<byte[], TableRow> before = since.equals(version) ? rows : before(since);
            TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
            keys.addAll(before.keySet());
            keys.addAll(rows.keySet());
            List<TableChange> changes = new ArrayList<>();
            for (byte[] key : keys) {
                TableRow a = before.get(key);
                TableRow b = rows.get(key);
                boolean same = a == null ? b == null : b != null && a.version().equals(b.version());
                if (!same && range.contains(key)) {
                    changes.add(
                            new TableChange(
                                    key,
                                    b == null ? version : b.version(),
                                    b == null ? Optional.empty() : Optional.of(b.value())));
                }
            }
            return new Page<>(changes);
        }

        private NavigableMap<byte[], TableRow> before(Version since) {
            if (since.minor() != 0) {
                throw new Refused(ErrorCode.VERSION_NOT_AVAILABLE, "version " + since + " of table " + table.name);
            }
            synchronized (lock) {
                return table.majors.get((int) since.major());
            }
        }

        @Override
        public void close() {}
    }

    private final class Watch implements TableWatch {
        private final ModelTable table;
        private final KeyRange range;
        private Version through;

        Watch(ModelTable table, KeyRange range, Version since) {
            this.table = table;
            this.range = range;
            this.through = since;
        }

        @Override
        public Batch next(Duration timeout) {
            long deadline = System.nanoTime() + timeout.toNanos();
            synchronized (lock) {
                while (true) {
                    if (table.dropped) {
                        throw new Refused(ErrorCode.NO_SUCH_TABLE, "there is no table " + table.name);
                    }
                    Map.Entry<Version, List<TableChange>> next = table.history.higherEntry(through);
                    if (next != null) {
                        through = next.getKey();
                        List<TableChange> changes =
                                next.getValue().stream().filter(c -> range.contains(c.key())).toList();
                        if (!changes.isEmpty()) {
                            return new Batch(through, false, changes);
                        }
                    } else if (!waits(deadline - System.nanoTime())) {
                        return null;
                    }
                }
            }
        }

        private boolean waits(long nanos) {
            try {
                if (nanos > 0) {
                    lock.wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
                }
                return nanos > 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {}
    }
}
