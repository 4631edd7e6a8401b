package io.distil.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.DiskFailed;
import io.distil.base.StreamId;
import io.distil.base.memory.Layouts;
import io.distil.storage.keyed.KeyedChange;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.store.Table.Part;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Cuts the power, or breaks the disk, at every operation of a store's life, and compares what is found with what was
/// acknowledged.
class StoreCrashTest {
    private static final Table SERIES = new Table(3, "series", Part.STREAM, Part.NUMBER);
    private static final int HISTORIES = 8;
    private static final int CHECKPOINTS = 5;
    private static final int OUTCOMES = 3;

    private final Leaks leaks = new Leaks();
    private int oldFoundCount;
    private int newFoundCount;

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    /// What the store must hold after each checkpoint: for each key, the bytes of the series block it refers to.
    private record History(long seed, List<Map<Long, byte[]>> statesBySequence) {
        static History beginning(long seed) {
            return new History(seed, new ArrayList<>(List.of(Map.of(), Map.of())));
        }

        Map<Long, byte[]> state(long sequence) {
            return statesBySequence.get((int) sequence);
        }

        /// Forgets what came after checkpoint `sequence - 1`, and goes on with this.
        void put(long sequence, Map<Long, byte[]> state) {
            while (statesBySequence.size() > sequence) {
                statesBySequence.removeLast();
            }
            statesBySequence.add(state);
        }

        /// For another possible future.
        History copy() {
            return new History(seed, new ArrayList<>(statesBySequence));
        }
    }

    @Test
    void aCrashAtEveryStepLeavesTheOldOrTheNewCheckpoint() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("StoreCrashTest: -Ddistil.seed=" + seed);
        for (int i = 0; i < HISTORIES; i++) {
            long historySeed = seed + i;
            boolean isCut = true;
            for (long operations = 0; isCut; operations++) {
                SimulatedDisk disk = new SimulatedDisk(historySeed);
                disk.cutPowerAfter(operations);
                isCut = runAndRecover(disk, historySeed);
            }
        }
        assertThat(newFoundCount).as("unacknowledged checkpoints found").isPositive();
        assertThat(oldFoundCount).isGreaterThan(newFoundCount);
    }

    /// @return whether the power was cut before the history ended
    private boolean runAndRecover(SimulatedDisk disk, long seed) throws IOException {
        History history = History.beginning(seed);
        long acknowledged = -1;
        try (Store store = Stores.open(disk)) {
            acknowledged = 1;
            Random random = new Random(seed);
            for (int i = 0; i < CHECKPOINTS; i++) {
                checkpoint(store, history, random);
                acknowledged = store.lastCheckpoint().sequence();
            }
        } catch (DiskFailed e) {
            assertThat(disk.isPowered()).as(e.toString()).isFalse();
        }
        boolean wasCut = !disk.isPowered();
        for (int i = 0; i < OUTCOMES; i++) {
            recover(disk.crash(), history.copy(), acknowledged);
        }
        return wasCut;
    }

    /// One random step: some series blocks, their references in the keyed tree, some keys gone.
    private static void checkpoint(Store store, History history, Random random) throws IOException {
        long sequence = store.lastCheckpoint().sequence() + 1;
        Map<Long, byte[]> state = new HashMap<>(history.state(sequence - 1));
        List<KeyedChange> changes = new ArrayList<>();
        int changeCount = 1 + random.nextInt(20);
        for (int i = 0; i < changeCount; i++) {
            long major = random.nextInt(60);
            byte[] key = SERIES.key().stream(new StreamId(1, 2)).number(major).bytes();
            if (random.nextInt(4) == 0) {
                changes.add(new KeyedChange.Delete(key));
                state.remove(major);
            } else {
                byte[] body = new byte[1 + random.nextInt(9000)];
                random.nextBytes(body);
                BlockRef ref =
                        store.writer().write(BlockKind.SERIES_LEAF, sequence, MemorySegment.ofArray(body), body.length);
                changes.add(new KeyedChange.Put(key, encode(ref)));
                state.put(major, body);
            }
        }
        history.put(sequence, state);
        store.checkpoint(sequence * 10, sequence * 5, changes);
    }

    private void recover(SimulatedDisk found, History history, long acknowledged) throws IOException {
        try (Store store = Stores.open(found)) {
            long sequence = store.lastCheckpoint().sequence();
            assertThat(sequence).isBetween(Math.max(1, acknowledged), Math.max(1, acknowledged + 1));
            if (sequence > acknowledged) {
                newFoundCount++;
            } else {
                oldFoundCount++;
            }
            compare(store, history);
            checkpoint(store, history, new Random(history.seed() + 1));
            compare(store, history);
        }
        try (Store store = Stores.open(found.crash())) {
            compare(store, history);
        }
    }

    private static void compare(Store store, History history) throws IOException {
        Checkpoint last = store.lastCheckpoint();
        Map<Long, byte[]> wanted = history.state(last.sequence());
        assertThat(last.appliedThrough()).isEqualTo(last.sequence() < 2 ? 0 : last.sequence() * 10);
        assertThat(last.replayFrom()).isEqualTo(last.sequence() < 2 ? 0 : last.sequence() * 5);
        int[] count = {0};
        store.scan(
                SERIES.prefix(),
                (key, value) -> {
                    byte[] body = wanted.get(SERIES.number(key, 1));
                    assertThat(Arrays.equals(read(store, decode(value)), body)).as(SERIES.describe(key)).isTrue();
                    count[0]++;
                });
        assertThat(count[0]).isEqualTo(wanted.size());
    }

    private static byte[] read(Store store, BlockRef ref) throws IOException {
        try (Block block = store.blocks().read(ref, BlockKind.SERIES_LEAF)) {
            return block.body().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static byte[] encode(BlockRef ref) {
        MemorySegment memory = MemorySegment.ofArray(new byte[20]);
        memory.set(Layouts.LONG, 0, ref.address());
        memory.set(Layouts.INT, 8, ref.bytes());
        memory.set(Layouts.LONG, 12, ref.version());
        return (byte[]) memory.heapBase().orElseThrow();
    }

    private static BlockRef decode(byte[] value) {
        MemorySegment memory = MemorySegment.ofArray(value);
        return new BlockRef(memory.get(Layouts.LONG, 0), memory.get(Layouts.INT, 8), memory.get(Layouts.LONG, 12));
    }

    @Test
    void aFailedCheckpointRetiresTheWriterAndReadsGoOn() throws IOException {
        for (int nth = 1; nth <= 8; nth++) {
            for (boolean isSync : new boolean[] {false, true}) {
                failOne(nth, isSync);
            }
        }
    }

    private void failOne(int nth, boolean isSync) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(nth);
        History history = History.beginning(nth);
        long acknowledged;
        try (Store store = Stores.open(disk)) {
            Random random = new Random(nth);
            checkpoint(store, history, random);
            acknowledged = store.lastCheckpoint().sequence();
            if (isSync) {
                disk.failSync(nth);
            } else {
                disk.failWrite(nth);
            }
            try {
                for (int i = 0; i < CHECKPOINTS; i++) {
                    checkpoint(store, history, random);
                    acknowledged = store.lastCheckpoint().sequence();
                }
            } catch (DiskFailed e) {
                assertThat(store.retiredBecause()).isPresent();
                assertThatThrownBy(() -> store.checkpoint(1000, 1000, List.of()))
                        .isInstanceOf(DiskFailed.class)
                        .hasMessageContaining("no checkpoint any more");
            }
            assertThat(store.lastCheckpoint().sequence()).isEqualTo(acknowledged);
            compare(store, history);
        }
        recover(disk.crash(), history.copy(), acknowledged);
    }
}
