package io.distil.integration.history;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.integration.history.RegisterAction.Ending;
import io.distil.integration.history.TableAction.Batch;
import io.distil.integration.history.TableAction.Part;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Money moves between accounts of one tablet, by batches on condition that both balances are still what was read. Whoever
/// looks at all accounts finds the same sum; and everything has an order. A balance carries a number of its own behind a
/// stroke, `97/412`, so that no two are alike.
public final class BankWorkload implements Workload {
    private static final int ACCOUNTS = 5;
    private static final long BALANCE = 100;

    /// After so many steps another bank is opened: the search is over all accounts of one.
    private static final int STEPS_OF_BANK = 400;

    /// One set of accounts.
    private final class Bank {
        final int number;
        final List<Operation<TableAction>> operations = new ArrayList<>();
        int steps;
        boolean isOpen;

        Bank(int number) {
            this.number = number;
        }

        KeyRange range() {
            return KeyRange.prefix(bytes(prefix()));
        }

        String prefix() {
            return "b%04d/".formatted(number);
        }

        SortedMap<String, String> opening() {
            SortedMap<String, String> rows = new TreeMap<>();
            for (int i = 0; i < ACCOUNTS; i++) {
                rows.put(prefix() + "a" + i, BALANCE + "/opening");
            }
            return rows;
        }

        synchronized void add(Operation<TableAction> operation) {
            operations.add(operation);
        }

        /// Puts the opening balances in, once.
        synchronized boolean open(Store store) throws InterruptedException {
            if (!isOpen) {
                List<KeyWrite> writes = new ArrayList<>();
                opening().forEach((key, balance) -> writes.add(KeyWrite.insert(bytes(key), bytes(balance))));
                isOpen =
                        switch (Ended.submit(store, new Mutation.WriteTable(table, writes), Durability.MAJORITY)) {
                            case Ended.Done _ -> true;
                            // An attempt before, which was in doubt.
                            case Ended.Not(Refused refused) -> refused.code() == ErrorCode.CONDITION_FAILED;
                            case Ended.InDoubt _ -> false;
                        };
            }
            return isOpen;
        }
    }

    private final String table;
    private final Recorder recorder = new Recorder(NanoClock.SYSTEM);
    private final AtomicInteger serial = new AtomicInteger();
    private final List<Bank> banks = new ArrayList<>(List.of(new Bank(0)));
    private final Linearizability.Limits limits;

    /// @param run tells apart the tables of several runs on one store
    public BankWorkload(String run, Linearizability.Limits limits) {
        this.table = "proof/bank-" + run;
        this.limits = limits;
    }

    @Override
    public String name() {
        return "bank";
    }

    @Override
    public void prepare(Store store) {
        store.submit(new Mutation.CreateTable(table)).join();
    }

    @Override
    public boolean step(Store store, int client, Random random) throws InterruptedException {
        Bank bank = presentBank();
        if (!bank.open(store)) {
            return false;
        }
        SortedMap<String, String> rows = readAll(store, client, bank);
        return rows != null && (random.nextInt(3) == 0 || transfer(store, client, bank, rows, random));
    }

    private synchronized Bank presentBank() {
        Bank last = banks.getLast();
        if (last.steps++ < STEPS_OF_BANK) {
            return last;
        }
        banks.add(new Bank(banks.size()));
        return banks.getLast();
    }

    /// @return null if the store did not answer
    private SortedMap<String, String> readAll(Store store, int client, Bank bank) {
        long called = recorder.nowNanos();
        SortedMap<String, String> rows = new TreeMap<>();
        try (TableSnapshot snapshot = store.tableSnapshot(table, VersionSelector.LATEST, bank.range());
                TableCursor<TableRow> cursor = snapshot.scan(bank.range(), false)) {
            for (List<TableRow> page = cursor.next(ACCOUNTS); !page.isEmpty(); page = cursor.next(ACCOUNTS)) {
                page.forEach(row -> rows.put(text(row.key()), text(row.value())));
            }
        } catch (IOException | Refused e) {
            return null;
        }
        bank.add(recorder.answered(client, new TableAction.ReadAll(rows), called));
        return rows;
    }

    private boolean transfer(Store store, int client, Bank bank, SortedMap<String, String> rows, Random random)
            throws InterruptedException {
        List<String> accounts = List.copyOf(rows.keySet());
        if (accounts.size() < 2) {
            // A contradiction, which is found in the history.
            return false;
        }
        int from = random.nextInt(accounts.size());
        int to = (from + 1 + random.nextInt(accounts.size() - 1)) % accounts.size();
        long amount = 1 + random.nextInt(20);
        Part debit = part(rows, accounts.get(from), -amount);
        Part credit = part(rows, accounts.get(to), amount);
        List<KeyWrite> writes = List.of(write(debit), write(credit));
        long called = recorder.nowNanos();
        Ended ended = Ended.submit(store, new Mutation.WriteTable(table, writes), Durability.MAJORITY);
        List<Part> parts = List.of(debit, credit);
        switch (ended) {
            case Ended.Done _ -> bank.add(recorder.answered(client, new Batch(parts, Ending.DONE), called));
            case Ended.Not(Refused refused) when refused.code() == ErrorCode.CONDITION_FAILED ->
                    bank.add(recorder.answered(client, new Batch(parts, Ending.CONDITION_FAILED), called));
            case Ended.Not _ -> {
                return false;
            }
            case Ended.InDoubt _ -> {
                bank.add(recorder.inDoubt(client, new Batch(parts, Ending.IN_DOUBT), called));
                return false;
            }
        }
        return true;
    }

    private Part part(SortedMap<String, String> rows, String account, long amount) {
        String before = rows.get(account);
        String after = balance(before) + amount + "/" + serial.getAndIncrement();
        return new Part(account, Optional.of(before), Optional.of(after));
    }

    private static long balance(String value) {
        return Long.parseLong(value.substring(0, value.indexOf('/')));
    }

    private static KeyWrite write(Part part) {
        KeyWrite.Condition condition = new KeyWrite.Condition.ValueIs(bytes(part.expected().orElseThrow()));
        return new KeyWrite(bytes(part.key()), condition, part.value().map(BankWorkload::bytes));
    }

    @Override
    public synchronized String check(Store store) {
        int reads = 0;
        int operations = 0;
        int inDoubt = 0;
        List<String> undecided = new ArrayList<>();
        for (Bank bank : banks) {
            reads += checkSums(bank);
            operations += bank.operations.size();
            inDoubt += (int) bank.operations.stream().filter(Operation::isInDoubt).count();
            switch (Linearizability.check(new TableSpec(bank.opening()), bank.operations, limits)) {
                case Verdict.Linearizable<TableAction> _ -> {
                    // As it should be.
                }
                case Verdict.NotLinearizable<TableAction> broken ->
                        throw new AssertionError("bank " + bank.prefix() + " is " + broken);
                case Verdict.Undecided<TableAction> given -> undecided.add(bank.prefix() + ": " + given.why());
            }
        }
        return "bank: %d looks at all accounts found the same sum; %d operations, %d in doubt, have an order%s"
                .formatted(reads, operations, inDoubt, undecided.isEmpty() ? "" : "; UNDECIDED: " + undecided);
    }

    private static int checkSums(Bank bank) {
        int reads = 0;
        for (Operation<TableAction> operation : bank.operations) {
            if (operation.action() instanceof TableAction.ReadAll(SortedMap<String, String> rows)) {
                long sum = rows.values().stream().mapToLong(BankWorkload::balance).sum();
                if (rows.size() != ACCOUNTS || sum != ACCOUNTS * BALANCE) {
                    throw new AssertionError(
                            "%d accounts with a sum of %d, wanted %d with %d: %s"
                                    .formatted(rows.size(), sum, ACCOUNTS, ACCOUNTS * BALANCE, operation));
                }
                reads++;
            }
        }
        return reads;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
