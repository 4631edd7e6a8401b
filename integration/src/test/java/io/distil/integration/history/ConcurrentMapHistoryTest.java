package io.distil.integration.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.api.KeyWrite;
import io.distil.integration.history.RegisterAction.Ending;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Histories of real threads on a map of the JDK, which is linearizable; and the same with one answer changed.
class ConcurrentMapHistoryTest {
    private static final int THREADS = 4;
    private static final int OPERATIONS_OF_EACH = 4_000;
    private static final int KEYS = 5;

    private final ConcurrentMap<String, String> map = new ConcurrentHashMap<>();

    private final List<Operation<RegisterAction>> recorded = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    @Test
    void aConcurrentMapIsLinearizableAndASpoiledOneIsNot() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < THREADS; client++) {
            int number = client;
            threads.add(Thread.ofPlatform().start(() -> work(number)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        RegisterHistory.Report report = history().check(Linearizability.Limits.DEFAULT);
        assertThat(report.operations()).isEqualTo(THREADS * OPERATIONS_OF_EACH);
        assertThat(report.undecided()).isEmpty();

        assertStaleReadIsFound();
        assertWriteThatWasNeverMadeIsFound();
    }

    private RegisterHistory history() {
        RegisterHistory history = new RegisterHistory();
        for (int i = 0; i < recorded.size(); i++) {
            history.add(keys.get(i), recorded.get(i));
        }
        return history;
    }

    private void work(int client) {
        Random random = new Random(client);
        for (int i = 0; i < OPERATIONS_OF_EACH; i++) {
            String key = "k" + random.nextInt(KEYS);
            String value = client + "." + i;
            long called = System.nanoTime();
            RegisterAction action =
                    switch (random.nextInt(6)) {
                        case 0 -> put(key, value);
                        case 1 -> remove(key);
                        case 2 -> insert(key, value);
                        case 3 -> swap(key, value);
                        default -> new RegisterAction.Read(Optional.ofNullable(map.get(key)), null);
                    };
            record(key, new Operation<>(client, action, called, System.nanoTime()));
        }
    }

    private synchronized void record(String key, Operation<RegisterAction> operation) {
        keys.add(key);
        recorded.add(operation);
    }

    private RegisterAction put(String key, String value) {
        map.put(key, value);
        return new RegisterAction.Write(KeyWrite.ALWAYS, Optional.of(value), Ending.DONE, null);
    }

    private RegisterAction remove(String key) {
        map.remove(key);
        return new RegisterAction.Write(KeyWrite.ALWAYS, Optional.empty(), Ending.DONE, null);
    }

    private RegisterAction insert(String key, String value) {
        Ending ending = map.putIfAbsent(key, value) == null ? Ending.DONE : Ending.CONDITION_FAILED;
        return new RegisterAction.Write(KeyWrite.ABSENT, Optional.of(value), ending, null);
    }

    private RegisterAction swap(String key, String value) {
        String expected = Optional.ofNullable(map.get(key)).orElse("none");
        Ending ending = map.replace(key, expected, value) ? Ending.DONE : Ending.CONDITION_FAILED;
        KeyWrite.Condition condition = new KeyWrite.Condition.ValueIs(expected.getBytes(StandardCharsets.UTF_8));
        return new RegisterAction.Write(condition, Optional.of(value), ending, null);
    }

    /// At the end, somebody reads a value that was overwritten before.
    private void assertStaleReadIsFound() {
        String key = keys.getFirst();
        String now = map.put(key, "last");
        long afterwards = System.nanoTime();
        add(key, new RegisterAction.Write(KeyWrite.ALWAYS, Optional.of("last"), Ending.DONE, null), afterwards);
        add(key, new RegisterAction.Read(Optional.ofNullable(now), null), afterwards + 10);
        assertThatThrownBy(() -> history().check(Linearizability.Limits.DEFAULT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("key " + key + " is not linearizable")
                .hasMessageContaining("set last → done");
        removeLast();
        removeLast();
    }

    /// A write that somebody read is taken out of the history.
    private void assertWriteThatWasNeverMadeIsFound() {
        for (int i = 0; i < recorded.size(); i++) {
            if (recorded.get(i).action() instanceof RegisterAction.Write write
                    && write.ending() == Ending.DONE
                    && write.value().isPresent()
                    && isRead(write.value())) {
                recorded.remove(i);
                String key = keys.remove(i);
                assertThatThrownBy(() -> history().check(Linearizability.Limits.DEFAULT))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("key " + key + " is not linearizable")
                        .hasMessageContaining(write.value().get());
                return;
            }
        }
        throw new AssertionError("no write was ever read");
    }

    private boolean isRead(Optional<String> value) {
        return recorded.stream()
                .anyMatch(operation ->
                        operation.action() instanceof RegisterAction.Read read && read.value().equals(value));
    }

    private void add(String key, RegisterAction action, long nanos) {
        keys.add(key);
        recorded.add(new Operation<>(THREADS, action, nanos, nanos + 1));
    }

    private void removeLast() {
        keys.removeLast();
        recorded.removeLast();
    }
}
