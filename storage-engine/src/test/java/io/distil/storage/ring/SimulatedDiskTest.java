package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.storage.ring.Disk.OpenMode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

class SimulatedDiskTest extends DiskContract {
    private static final int CRASHES = 400;

    private SimulatedDisk simulated;

    @Override
    Disk openDisk() {
        simulated = new SimulatedDisk(Long.getLong("distil.seed", 1));
        return simulated;
    }

    /// The file `a`: two pages of ones, synced with its name.
    private DiskFile preparedFile(DiskQueue queue) throws IOException {
        MemorySegment ones = pages(2).fill((byte) 1);
        DiskFile file = disk.open("a", OpenMode.CREATE);
        queue.writeNow(file, 0, ones, 2 * PAGE, false);
        queue.syncNow(file);
        disk.syncDirectory("");
        return file;
    }

    private Set<String> outcomes(Function<SimulatedDisk, String> describe) {
        Set<String> outcomes = new HashSet<>();
        for (int i = 0; i < CRASHES; i++) {
            outcomes.add(describe.apply(simulated.crash()));
        }
        return outcomes;
    }

    /// The byte each sector is filled with, a letter a sector; a mixed one is `?`.
    private static String sectors(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < bytes.length; from += 512) {
            byte first = bytes[from];
            boolean same = true;
            for (int i = from; i < from + 512; i++) {
                same &= bytes[i] == first;
            }
            text.append(same ? (char) ('0' + first) : '?');
        }
        return text.toString();
    }

    @Test
    void syncedAndDurableBytesSurviveEveryCrash() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            queue.writeNow(file, 0, pages(1).fill((byte) 2), PAGE, false);
            queue.writeNow(file, 0, pages(1).fill((byte) 3), PAGE, true);
            assertThat(outcomes(found -> sectors(found.bytes("a")))).containsExactly("3333333311111111");
        }
    }

    @Test
    void unsyncedWritesSurviveInAnySubsetTornAtSectors() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            queue.writeNow(file, PAGE, pages(1).fill((byte) 2), PAGE, false);
            Set<String> outcomes = outcomes(found -> sectors(found.bytes("a")));
            assertThat(outcomes).contains("1111111111111111", "1111111122222222").hasSizeGreaterThan(20);
            assertThat(outcomes).allMatch(outcome -> outcome.matches("1{8}[12]{8}"));
        }
    }

    @Test
    void writesInFlightMaySurviveTorn() throws IOException {
        DiskFile file;
        try (DiskQueue queue = disk.openQueue(1)) {
            file = preparedFile(queue);
            queue.write(file, 0, pages(1).fill((byte) 2), PAGE, true, 0);
            Set<String> outcomes = outcomes(found -> sectors(found.bytes("a")));
            assertThat(outcomes).contains("1111111111111111", "2222222211111111").hasSizeGreaterThan(20);
            DiskFailed[] failed = new DiskFailed[1];
            queue.await((token, failure) -> failed[0] = failure);
            assertThat(failed[0]).hasMessageContaining("power is off");
        }
        file.close();
    }

    @Test
    void aGrownSizeSurvivesOnlyAfterASync() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            queue.writeNow(file, 2 * PAGE, pages(2).fill((byte) 2), 2 * PAGE, false);
            Set<String> sizes = outcomes(found -> "" + found.bytes("a").length / PAGE);
            assertThat(sizes).containsExactlyInAnyOrder("2", "3", "4");
        }
    }

    @Test
    void aCutSizeSurvivesOnlyAfterASync() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            file.truncate(PAGE);
            assertThat(outcomes(found -> "" + found.bytes("a").length / PAGE)).containsExactlyInAnyOrder("1", "2");
        }
    }

    @Test
    void namesSurviveOnlyAfterTheirDirectoryIsSynced() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue);
                DiskFile other = disk.open("b", OpenMode.CREATE)) {
            queue.writeNow(other, 0, pages(1).fill((byte) 2), PAGE, false);
            queue.syncNow(other);
            disk.rename("b", "a");
            Set<String> outcomes = outcomes(found -> found.files() + sectors(found.bytes("a")));
            assertThat(outcomes)
                    .containsExactlyInAnyOrder("[a]1111111111111111", "[a, b]1111111111111111", "[a]22222222");
        }
    }

    @Test
    void aSyncedRenameIsThereAfterEveryCrash() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            disk.rename("a", "c");
            disk.syncDirectory("");
            assertThat(outcomes(found -> found.files().toString())).containsExactly("[c]");
        }
    }

    @Test
    void aSyncCoversOnlyWhatHadCompletedBeforeIt() throws IOException {
        try (DiskQueue queue = disk.openQueue(2);
                DiskFile file = preparedFile(queue)) {
            queue.write(file, 0, pages(1).fill((byte) 2), PAGE, false, 0);
            queue.sync(file, 1);
            while (queue.inFlight() > 0) {
                queue.await((token, failure) -> {});
            }
            assertThat(outcomes(found -> sectors(found.bytes("a")))).contains("1111111111111111");
        }
    }

    @Test
    void afterAFailedSyncTheNextOneDoesNotHelp() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            queue.writeNow(file, 0, pages(1).fill((byte) 2), PAGE, false);
            simulated.failSync(1);
            assertThatThrownBy(() -> queue.syncNow(file)).isInstanceOf(DiskFailed.class);
            queue.syncNow(file);
            assertThat(outcomes(found -> sectors(found.bytes("a")))).contains("1111111111111111");
        }
    }

    @Test
    void theNthWriteFails() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            MemorySegment memory = pages(1);
            simulated.failWrite(2);
            queue.writeNow(file, 0, memory, PAGE, false);
            assertThatThrownBy(() -> queue.writeNow(file, 0, memory, PAGE, false))
                    .isInstanceOfSatisfying(DiskFailed.class, e -> assertThat(e.isFull()).isFalse());
            queue.writeNow(file, 0, memory, PAGE, false);
        }
    }

    @Test
    void aFullDiskTakesNoGrowthButTakesRewrites() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            MemorySegment memory = pages(2);
            simulated.setFreeBytes(PAGE);
            assertThat(disk.freeBytes()).isEqualTo(PAGE);
            assertThatThrownBy(() -> queue.writeNow(file, 2 * PAGE, memory, 2 * PAGE, false))
                    .isInstanceOfSatisfying(DiskFailed.class, e -> assertThat(e.isFull()).isTrue());
            queue.writeNow(file, 2 * PAGE, memory, PAGE, false);
            queue.writeNow(file, 0, memory, 2 * PAGE, true);
            simulated.setFreeBytes(Long.MAX_VALUE);
            queue.writeNow(file, 3 * PAGE, memory, PAGE, false);
        }
    }

    @Test
    void aFlippedBitIsReadAndSurvives() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            simulated.flipBit("a", 5000, 3);
            assertThat(simulated.bytes("a")[5000]).isEqualTo((byte) 9);
            assertThat(simulated.crash().bytes("a")[5000]).isEqualTo((byte) 9);
        }
    }

    @Test
    void thePowerGoesAfterTheOperationsAllowed() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            MemorySegment memory = pages(1);
            simulated.cutPowerAfter(2);
            queue.writeNow(file, 0, memory, PAGE, false);
            queue.syncNow(file);
            assertThatThrownBy(() -> queue.writeNow(file, 0, memory, PAGE, false)).isInstanceOf(DiskFailed.class);
            assertThat(simulated.isPowered()).isFalse();
            assertThatThrownBy(() -> disk.open("a", OpenMode.READ)).isInstanceOf(DiskFailed.class);
            assertThat(simulated.crash().files()).isEqualTo(List.of("a"));
        }
    }

    @Test
    void memoryChangedInFlightIsNoticed() throws IOException {
        MemorySegment memory = pages(1);
        DiskFile file;
        try (DiskQueue queue = disk.openQueue(1)) {
            file = preparedFile(queue);
            queue.write(file, 0, memory, PAGE, false, 0);
            memory.fill((byte) 5);
            assertThatThrownBy(() -> queue.await((token, failure) -> {}))
                    .isInstanceOf(BrokenInvariant.class)
                    .hasMessageContaining("in flight");
            memory.fill((byte) 0);
        }
        file.close();
    }

    @Test
    void aDurableWriteThatWouldGrowTheFileIsRefused() throws IOException {
        try (DiskQueue queue = disk.openQueue(1);
                DiskFile file = preparedFile(queue)) {
            assertThatThrownBy(() -> queue.write(file, 2 * PAGE, pages(1), PAGE, true, 0))
                    .isInstanceOf(BrokenInvariant.class);
        }
    }

    @Test
    void theSameSeedGivesTheSameDisk() throws IOException {
        assertThat(story(77)).isEqualTo(story(77)).isNotEqualTo(story(78));
    }

    private String story(long seed) throws IOException {
        StringBuilder story = new StringBuilder();
        SimulatedDisk told = new SimulatedDisk(seed);
        MemorySegment memory = pages(1).fill((byte) 4);
        try (DiskFile file = told.open("a", OpenMode.CREATE);
                DiskQueue queue = told.openQueue(8)) {
            for (int i = 0; i < 8; i++) {
                queue.write(file, (long) i * PAGE, memory, PAGE, false, i);
            }
            told.syncDirectory("");
            queue.poll((token, failure) -> story.append(token).append(' '));
            for (int i = 0; i < 8; i++) {
                story.append(sectors(told.crash().bytes("a"))).append('\n');
            }
        }
        return story.toString();
    }
}
