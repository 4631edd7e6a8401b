package io.distil.base.api;

import io.distil.base.Version;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Random mutations of a few tables, from one seed: keys repeat and lie side by side, values are mostly short and now and
/// then longer than a block; every condition occurs, holding and not, and tables come and go.
public final class RandomTableHistory {
    private final Random random;
    private final List<String> tables = new ArrayList<>();
    private final int batchWritesMax;

    public RandomTableHistory(Random random, int tableCount, int batchWritesMax) {
        this.random = random;
        this.batchWritesMax = batchWritesMax;
        for (int i = 0; i < tableCount; i++) {
            tables.add("random/" + i);
        }
    }

    public List<String> tables() {
        return tables;
    }

    /// The next mutation, given the present rows (for conditions that hold).
    public Mutation.OfTable next(ModelStore model) {
        String table = tables.get(random.nextInt(tables.size()));
        boolean exists = model.tables(table).stream().anyMatch(info -> info.name().equals(table));
        if (!exists) {
            return new Mutation.CreateTable(table);
        }
        int dice = random.nextInt(200);
        if (dice < 2) {
            return dice == 0 ? new Mutation.DropTable(table) : new Mutation.CreateTable(table);
        }
        if (dice < 16) {
            return new Mutation.FlushTable(table);
        }
        TreeMap<byte[], KeyWrite> writes = new TreeMap<>(Arrays::compareUnsigned);
        try (TableSnapshot rows = model.tableSnapshot(table, VersionSelector.LATEST)) {
            for (int left = 1 + random.nextInt(batchWritesMax); left > 0; left--) {
                KeyWrite write = write(rows);
                writes.put(write.key(), write);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Mutation.WriteTable(table, new ArrayList<>(writes.values()));
    }

    private KeyWrite write(TableSnapshot rows) throws IOException {
        byte[] key = key();
        Optional<TableRow> row = rows.get(key);
        // Mostly one that holds, or no batch would ever be done.
        boolean holds = random.nextInt(100) != 0;
        KeyWrite.Condition condition =
                switch (random.nextInt(8)) {
                    case 0 -> row.isPresent() == holds ? KeyWrite.PRESENT : KeyWrite.ABSENT;
                    case 1 ->
                            row.isEmpty()
                                    ? KeyWrite.ALWAYS
                                    : new KeyWrite.Condition.WrittenAt(
                                            holds ? row.get().version() : row.get().version().nextMinor());
                    case 2 ->
                            row.isEmpty()
                                    ? KeyWrite.ALWAYS
                                    : new KeyWrite.Condition.ValueIs(holds ? row.get().value() : new byte[] {9, 9, 9});
                    default -> KeyWrite.ALWAYS;
                };
        return new KeyWrite(key, condition, random.nextInt(4) == 0 ? Optional.empty() : Optional.of(value()));
    }

    /// A key as the history's are.
    public byte[] key() {
        return switch (random.nextInt(10)) {
            case 0 -> bytes(1 + random.nextInt(3), 2);
            case 1 -> join(bytes(1, 4), new byte[random.nextInt(KeyWrite.KEY_BYTES_MAX)]);
            case 2, 3 -> join("turbines/".getBytes(), bytes(2, 256));
            default -> join("turbines/".getBytes(), bytes(1, 64));
        };
    }

    /// A range somewhere among the keys, now and then without an end.
    public KeyRange range() {
        byte[] a = random.nextInt(5) == 0 ? new byte[0] : key();
        byte[] b = random.nextInt(5) == 0 ? null : key();
        if (b != null && Arrays.compareUnsigned(a, b) > 0) {
            return new KeyRange(b, a);
        }
        return new KeyRange(a, b);
    }

    /// A version at or before `present`, mostly a major one.
    public Version before(Version present) {
        long major = random.nextLong(present.major() + 1);
        return new Version(
                major, major == present.major() && random.nextBoolean() ? random.nextLong(present.minor() + 1) : 0);
    }

    private byte[] value() {
        int bytes =
                switch (random.nextInt(30)) {
                    case 0 -> random.nextInt(30_000);
                    case 1, 2 -> random.nextInt(400);
                    default -> random.nextInt(20);
                };
        return bytes(bytes, 256);
    }

    private byte[] bytes(int count, int alphabet) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) random.nextInt(alphabet);
        }
        return bytes;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
