package io.distil.integration.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.integration.history.Linearizability.Limits;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.SimulatedDisk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// The workloads find nothing in a node that does as it should, and find each of these lies.
class WorkloadsTest {
    private static final int CLIENTS = 4;
    private static final int STEPS = 500;

    private LocalStore node;
    private int runs;

    @BeforeEach
    void open() throws IOException {
        node = LocalStore.open(new SimulatedDisk(1), LocalStoreOptions.DEFAULT, NanoClock.SYSTEM);
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    private String run() {
        return "r" + runs++;
    }

    private String run(Workload workload, Store store) throws Exception {
        workload.prepare(new WholeStore(node));
        try (Clients clients = new Clients(List.of(workload), CLIENTS, _ -> store, 1)) {
            while (clients.stepsDone() < STEPS) {
                clients.awaitProgress(5_000_000_000L);
            }
            clients.stop();
        }
        return workload.check(store);
    }

    private void isFound(Workload workload, Store liar, String words) {
        assertThatThrownBy(() -> run(workload, liar)).isInstanceOf(AssertionError.class).hasMessageContaining(words);
    }

    /// Every n-th call is a lie.
    private abstract class Liar extends WholeStore {
        private final int each;
        private final AtomicInteger calls = new AtomicInteger();

        Liar(int each) {
            super(node);
            this.each = each;
        }

        boolean isTimeToLie() {
            return calls.incrementAndGet() % each == 0;
        }

        @Override
        public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
            return isWrite(mutation) && isTimeToLie() ? lie(mutation, tag) : super.submit(mutation, tag, durability);
        }

        boolean isWrite(Mutation mutation) {
            return mutation instanceof Mutation.WriteTable || mutation instanceof Mutation.Insert;
        }

        CompletableFuture<Outcome> lie(Mutation mutation, WriteTag tag) {
            return super.submit(mutation, tag, Durability.MAJORITY);
        }
    }

    private Store doesTwice() {
        return new Liar(20) {
            @Override
            CompletableFuture<Outcome> lie(Mutation mutation, WriteTag tag) {
                return super.lie(mutation, tag).thenCompose(first -> super.lie(mutation, tag).handle((_, _) -> first));
            }
        };
    }

    private Store losesWrites() {
        AtomicReference<Outcome> last = new AtomicReference<>();
        return new Liar(20) {
            @Override
            public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
                return super.submit(mutation, tag, durability)
                        .whenComplete((outcome, _) -> last.compareAndSet(null, outcome));
            }

            @Override
            CompletableFuture<Outcome> lie(Mutation mutation, WriteTag tag) {
                return CompletableFuture.completedFuture(last.get());
            }
        };
    }

    private Store refusesAndDoes() {
        return new Liar(20) {
            @Override
            CompletableFuture<Outcome> lie(Mutation mutation, WriteTag tag) {
                return super.lie(mutation, tag)
                        .thenCompose(_ ->
                                CompletableFuture.failedFuture(new Refused(ErrorCode.OVERLOADED, "not done, it says")));
            }
        };
    }

    /// A follower that believes to be fresh: now and then it shows what was so a while ago.
    private Store readsThePast() {
        AtomicReference<TableSnapshot> past = new AtomicReference<>();
        return new Liar(20) {
            @Override
            boolean isWrite(Mutation mutation) {
                return false;
            }

            @Override
            public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
                if (!isTimeToLie()) {
                    return super.tableSnapshot(table, at, range);
                }
                TableSnapshot shown = past.getAndSet(super.tableSnapshot(table, at, range));
                return shown == null ? super.tableSnapshot(table, at, range) : shown;
            }
        };
    }

    /// Does the parts of a batch one by one.
    private Store tearsBatches() {
        return new Liar(1) {
            @Override
            CompletableFuture<Outcome> lie(Mutation mutation, WriteTag tag) {
                CompletableFuture<Outcome> done = CompletableFuture.completedFuture(null);
                Mutation.WriteTable batch = (Mutation.WriteTable) mutation;
                for (KeyWrite write : batch.writes()) {
                    done =
                            done.thenCompose(
                                    _ -> super.lie(new Mutation.WriteTable(batch.table(), List.of(write)), tag));
                }
                return done;
            }
        };
    }

    @Test
    void registersHaveAnOrder() throws Exception {
        assertThat(run(new RegisterWorkload(run(), Limits.DEFAULT), new WholeStore(node)))
                .contains(" 0 in doubt, have an order")
                .doesNotContain("UNDECIDED");
    }

    @Test
    void moneyIsNeitherMadeNorLost() throws Exception {
        assertThat(run(new BankWorkload(run(), Limits.DEFAULT), new WholeStore(node)))
                .contains("found the same sum")
                .doesNotContain("UNDECIDED");
    }

    @Test
    void whatWasAcknowledgedIsThere() throws Exception {
        for (Durability durability : List.of(Durability.LEADER, Durability.MAJORITY, Durability.ALL)) {
            assertThat(run(new AcknowledgedWorkload(run(), durability), new WholeStore(node)))
                    .contains("acknowledged at " + durability, " 0 were in doubt, 0 reported reverted");
        }
    }

    @Test
    void aWatcherIsToldEverything() throws Exception {
        assertThat(run(new WatchWorkload(run()), new WholeStore(node))).contains("acknowledged mutations in order");
    }

    @Test
    void aStoreThatDoesWritesTwiceIsFound() {
        isFound(new AcknowledgedWorkload(run(), Durability.MAJORITY), doesTwice(), "20 of 10 are there");
    }

    @Test
    void aStoreThatLosesWritesIsFound() {
        isFound(new AcknowledgedWorkload(run(), Durability.MAJORITY), losesWrites(), "and is not there");
        isFound(new RegisterWorkload(run(), Limits.DEFAULT), losesWrites(), "is not linearizable");
        isFound(new BankWorkload(run(), Limits.DEFAULT), losesWrites(), "is not linearizable");
    }

    @Test
    void aStoreThatRefusesAndDoesIsFound() {
        isFound(new AcknowledgedWorkload(run(), Durability.MAJORITY), refusesAndDoes(), "was refused and is there");
        isFound(new RegisterWorkload(run(), Limits.DEFAULT), refusesAndDoes(), "is not linearizable");
        isFound(new WatchWorkload(run()), refusesAndDoes(), "the watch told what nobody wrote");
    }

    @Test
    void aStoreThatReadsThePastIsFound() {
        isFound(new RegisterWorkload(run(), Limits.DEFAULT), readsThePast(), "is not linearizable");
        isFound(new BankWorkload(run(), Limits.DEFAULT), readsThePast(), "is not linearizable");
    }

    @Test
    void aStoreThatTearsBatchesIsFound() {
        isFound(new BankWorkload(run(), Limits.DEFAULT), tearsBatches(), "accounts with a sum of");
    }
}
