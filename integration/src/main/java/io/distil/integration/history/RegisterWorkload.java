package io.distil.integration.history;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.integration.history.RegisterAction.Ending;
import io.distil.integration.history.RegisterAction.Write;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Few keys of a table, many clients: get, set, insert, swap by value and by version, delete. Its answers must have an order,
/// key by key. Every value is written by one operation only, so that a value tells its origin.
public final class RegisterWorkload implements Workload {
    /// At any time so many keys are in use; more clients than keys, so that they meet.
    private static final int KEYS = 3;

    /// After so many steps other keys are taken: the search grows with what is in doubt on one key.
    private static final int STEPS_OF_KEYS = 600;

    private final String table;
    private final Recorder recorder = new Recorder(NanoClock.SYSTEM);
    private final RegisterHistory history = new RegisterHistory();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicInteger values = new AtomicInteger();
    private final Linearizability.Limits limits;

    /// @param run tells apart the tables of several runs on one store
    public RegisterWorkload(String run, Linearizability.Limits limits) {
        this.table = table(run);
        this.limits = limits;
    }

    /// The table of a run.
    public static String table(String run) {
        return "proof/registers-" + run;
    }

    @Override
    public String name() {
        return "registers";
    }

    @Override
    public void prepare(Store store) {
        store.submit(new Mutation.CreateTable(table)).join();
    }

    @Override
    public boolean step(Store store, int client, Random random) throws InterruptedException {
        String key = "k" + steps.getAndIncrement() / STEPS_OF_KEYS + "." + random.nextInt(KEYS);
        return switch (random.nextInt(10)) {
            case 0 -> write(store, client, key, KeyWrite.ALWAYS, Optional.empty());
            case 1 -> write(store, client, key, KeyWrite.ABSENT, newValue());
            case 2, 3 -> write(store, client, key, KeyWrite.ALWAYS, newValue());
            case 4, 5 -> swap(store, client, key, random.nextBoolean());
            default -> read(store, client, key) != null;
        };
    }

    private Optional<String> newValue() {
        return Optional.of("v" + values.getAndIncrement());
    }

    /// Reads, then writes on condition that nobody else did meanwhile.
    private boolean swap(Store store, int client, String key, boolean byVersion) throws InterruptedException {
        Optional<TableRow> seen = read(store, client, key);
        if (seen == null) {
            return false;
        }
        return write(
                store, client, key, seen.map(row -> unchanged(row, byVersion)).orElse(KeyWrite.ABSENT), newValue());
    }

    private static KeyWrite.Condition unchanged(TableRow row, boolean byVersion) {
        return byVersion
                ? new KeyWrite.Condition.WrittenAt(row.version())
                : new KeyWrite.Condition.ValueIs(row.value());
    }

    /// @return null if the store did not answer
    private Optional<TableRow> read(Store store, int client, String key) {
        long called = recorder.nowNanos();
        byte[] bytes = bytes(key);
        KeyRange alone = new KeyRange(bytes, Arrays.copyOf(bytes, bytes.length + 1));
        try (TableSnapshot snapshot = store.tableSnapshot(table, VersionSelector.LATEST, alone)) {
            Optional<TableRow> row = snapshot.get(bytes);
            RegisterAction read =
                    new RegisterAction.Read(
                            row.map(there -> text(there.value())), row.map(TableRow::version).orElse(null));
            history.add(key, recorder.answered(client, read, called));
            return row;
        } catch (IOException | Refused e) {
            return null;
        }
    }

    private boolean write(Store store, int client, String key, KeyWrite.Condition condition, Optional<String> value)
            throws InterruptedException {
        long called = recorder.nowNanos();
        KeyWrite write = new KeyWrite(bytes(key), condition, value.map(RegisterWorkload::bytes));
        switch (Ended.submit(store, new Mutation.WriteTable(table, List.of(write)), Durability.MAJORITY)) {
            case Ended.Done(var outcome) -> {
                Version version = outcome.version().equals(Version.ZERO) ? null : outcome.version();
                Write done = new Write(condition, value, Ending.DONE, version);
                history.add(key, recorder.answered(client, done, called));
                return true;
            }
            case Ended.Not(Refused refused) when refused.code() == ErrorCode.CONDITION_FAILED -> {
                Write failed = new Write(condition, value, Ending.CONDITION_FAILED, null);
                history.add(key, recorder.answered(client, failed, called));
                return true;
            }
            case Ended.Not _ -> {
                // It must never be seen: whoever reads the value finds no write that explains it.
                return false;
            }
            case Ended.InDoubt _ -> {
                Write inDoubt = new Write(condition, value, Ending.IN_DOUBT, null);
                history.add(key, recorder.inDoubt(client, inDoubt, called));
                return false;
            }
        }
    }

    @Override
    public String check(Store store) {
        RegisterHistory.Report report = history.check(limits);
        return "registers: %d operations on %d keys, %d in doubt, have an order%s"
                .formatted(
                        report.operations(),
                        report.keys(),
                        report.inDoubt(),
                        report.undecided().isEmpty() ? "" : "; UNDECIDED: " + report.undecided());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
