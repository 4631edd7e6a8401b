package io.distil.wire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.GroupDoor;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.ReadGate;
import io.distil.base.api.Reverts;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.client.ClusterClient;
import io.distil.wire.client.DistilClient;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// What a node of a cluster is asked, and what of it reaches the store: durability, consistency, fates, operations.
final class ClusterServingTest {
    private static final StreamId ID = new StreamId(1, 2);
    private static final WireServerOptions OPTIONS = WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0);

    private final RecordingNode node = new RecordingNode();
    private LeakCheck leaks;
    private WireServer server;

    /// A store of one node that keeps what it was asked.
    private static final class RecordingNode extends RecordingStore implements ReadGate, Reverts, GroupDoor {
        private final List<String> passes = new CopyOnWriteArrayList<>();
        private final List<Consumer<Revert>> listeners = new CopyOnWriteArrayList<>();
        private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

        @Override
        public CompletableFuture<Void> pass(Consistency consistency, Scope scope) {
            passes.add(consistency + " " + scope.getClass().getSimpleName());
            return gate;
        }

        @Override
        public CompletableFuture<Outcome> submitTo(int group, Mutation.OfTablets command, WriteTag tag) {
            passes.add("group " + group + " " + command.command().byteSize() + " " + tag.isTagged());
            return CompletableFuture.completedFuture(new Outcome(Version.ZERO, 0));
        }

        @Override
        public CompletableFuture<byte[]> ask(int group, byte[] question) {
            return CompletableFuture.completedFuture(new byte[] {(byte) group, question[0]});
        }

        @Override
        public Subscription subscribe(Consumer<Revert> listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }

    /// Loads what a process loads once and keeps.
    @BeforeAll
    static void warmUp() throws Exception {
        try (WireServer once = WireServer.start(new ModelStore(), OPTIONS);
                DistilClient client = DistilClient.connect("127.0.0.1", once.address().getPort())) {
            client.status();
        }
    }

    @BeforeEach
    void start() throws Exception {
        leaks = new LeakCheck();
        node.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
        server = WireServer.start(Served.cluster(node, node, node), OPTIONS);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        leaks.assertNothingLeft();
    }

    private DistilClient client() throws IOException {
        return DistilClient.connect("127.0.0.1", server.address().getPort());
    }

    @Test
    void theDurabilityReachesTheStoreAndThePositionComesBack() throws Exception {
        try (DistilClient client = client()) {
            for (Durability durability :
                    List.of(Durability.LEADER, Durability.MAJORITY, Durability.ALL, Durability.atLeast(2))) {
                Outcome outcome = client.submit(new Mutation.Flush(ID), WriteTag.NONE, durability).join();
                assertThat(outcome.logged()).isEqualTo(new LogPosition(3, 4, 5));
                assertThat(node.durabilities.getLast()).isEqualTo(durability);
            }
            client.await(new LogPosition(3, 4, 5), Durability.ALL).join();
            assertThatThrownBy(() -> client.await(new LogPosition(3, 4, 6), Durability.MAJORITY).join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REVERTED));
        }
    }

    @Test
    void everyReadPassesTheGateWithItsConsistencyAndItsScope() throws Exception {
        Consistency stale = new Consistency.BoundedStale(7);
        try (DistilClient client = client()) {
            client.info(ID);
            client.at(Consistency.LEADER).collections("");
            client.at(stale).record("a");
            client.at(stale).tables("");
            client.at(stale).snapshot(ID, VersionSelector.LATEST).close();
            assertThatThrownBy(() -> client.tableSnapshot("t", VersionSelector.LATEST)).isInstanceOf(Refused.class);
            assertThatThrownBy(() -> client.watch("t", KeyRange.ALL, Version.ZERO)).isInstanceOf(Refused.class);
            client.status();
            client.clusterMap();
        }
        assertThat(node.passes)
                .containsExactly(
                        "Linearizable[] OfStream",
                        "Leader[] Everything",
                        stale + " Records",
                        stale + " Everything",
                        stale + " OfStream",
                        "Linearizable[] OfTable",
                        "Linearizable[] OfTable");
    }

    @Test
    void readsThatWaitAtTheGateHoldNoThread() throws Exception {
        node.gate = new CompletableFuture<>();
        try (RawClient raw = RawClient.greet(server)) {
            for (long id = 1; id <= 50; id++) {
                raw.send(id, new Request.Info(ID, Consistency.LINEARIZABLE));
            }
            for (long id = 51; id <= 100; id++) {
                raw.send(id, new Request.Collections("", Consistency.LINEARIZABLE, 2));
            }
            eventually(() -> node.passes.size() == 100);
            raw.send(101, new Request.GetStatus());
            assertThat(raw.hear().requestId()).isEqualTo(101);
            node.gate.complete(null);
            for (int answers = 0; answers < 50 + 2 * 50; answers++) {
                assertThat(raw.hear().answer()).isNotInstanceOf(Answer.Failure.class);
            }
        }
    }

    @Test
    void aGateThatStaysShutSaysWhy() throws Exception {
        node.gate = CompletableFuture.failedFuture(new Refused(ErrorCode.TOO_STALE, "nothing heard for 9 s"));
        try (DistilClient client = client()) {
            assertThatThrownBy(() -> client.info(ID))
                    .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_STALE));
            assertThatThrownBy(() -> client.collections(""))
                    .isInstanceOf(Refused.class)
                    .hasMessage("nothing heard for 9 s");
        }
    }

    @Test
    void subscribersHearOfRevertsUntilTheyStop() throws Exception {
        List<Reverts.Revert> heard = new CopyOnWriteArrayList<>();
        try (DistilClient client = client()) {
            try (Reverts.Subscription _ = client.subscribe(heard::add)) {
                eventually(() -> node.listeners.size() == 1);
                for (int i = 0; i < 100; i++) {
                    node.listeners.getFirst().accept(new Reverts.Revert(2, i, 3));
                }
                eventually(() -> heard.size() == 100);
                assertThat(heard.get(99)).isEqualTo(new Reverts.Revert(2, 99, 3));
            }
            eventually(() -> node.listeners.isEmpty() && server.metrics().readsInFlight() == 0);
        }
    }

    @Test
    void whoTakesNothingIsToldThatSomethingWasMissed() throws Exception {
        try (RawClient raw = RawClient.greet(server)) {
            raw.send(1, new Request.SubscribeReverts(1));
            assertThat(raw.hear().answer()).isEqualTo(new Answer.Reverted(List.of()));
            for (int i = 0; i < 2000; i++) {
                node.listeners.forEach(listener -> listener.accept(new Reverts.Revert(2, 1, 3)));
            }
            assertThat(((Answer.Failure) raw.hear().answer()).code()).isEqualTo(ErrorCode.OVERLOADED);
            eventually(() -> node.listeners.isEmpty());
        }
    }

    @Test
    void anOperationTellsHowFarItIsAndHoldsNoReader() throws Exception {
        try (DistilClient client = client();
                DistilClient other = client()) {
            List<String> said = new CopyOnWriteArrayList<>();
            Thread running =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    client.run(new ClusterAdmin.Operation.Leave("n2"), said::add);
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            eventually(() -> said.contains("n2 is asked to leave"));
            assertThat(other.info(ID).descriptor().id()).isEqualTo(ID);
            assertThatThrownBy(() -> other.run(new ClusterAdmin.Operation.Leave("n3"), _ -> {}))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_CONFLICT));
            node.goesOn.countDown();
            running.join();
            assertThat(said).containsExactly("n2 is asked to leave", "n2 has left");
            assertThatThrownBy(() -> client.run(new ClusterAdmin.Operation.Leave("n9"), _ -> {}))
                    .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_NODE));
        }
    }

    @Test
    void aGroupIsReachedByItsNumber() throws Exception {
        node.listen = "127.0.0.1:" + server.address().getPort();
        try (ClusterClient client = ClusterClient.connect(node.listen)) {
            client.submitTo(1, new Mutation.OfTablets(MemorySegment.ofArray(new byte[3])), WriteTag.NONE).join();
            assertThat(client.ask(1, new byte[] {7}).join()).isEqualTo(new byte[] {1, 7});
        }
        assertThat(node.passes).containsExactly("group 1 3 true");
    }

    @Test
    void theMapArrivesAsItIs() throws Exception {
        try (DistilClient client = client()) {
            assertThat(client.clusterMap()).isEqualTo(node.clusterMap());
            assertThat(client.welcome().features()).isEqualTo(1);
        }
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.sleep(2);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
