package io.distil.replication.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

class TabletCommandCodecTest {
    private static final KeyRange RANGE = new KeyRange(new byte[] {1, -1}, new byte[] {2});
    private static final KeyRange REST = new KeyRange(new byte[] {2}, null);
    private static final List<TabletCommand> COMMANDS =
            List.of(
                    new TabletCommand.Split(ClusterMap.STREAMS, 1, 2, new byte[] {7}, 1000),
                    new TabletCommand.Merge("plants/türme", 1000, 3, 1001, 4),
                    new TabletCommand.Adopt("t", 1000, 5, RANGE, 1002, 1),
                    new TabletCommand.Import(
                            "t", 1000, 1002, 1, new byte[] {9}, MemorySegment.ofArray(new byte[] {3, 4, 5})),
                    new TabletCommand.Seal("t", 1000, 5, REST, 1002, 2, 1003),
                    new TabletCommand.Unseal("t", 1000, 1002),
                    new TabletCommand.Activate("t", 1000, 1002),
                    new TabletCommand.Drop("t", 1000, 1002),
                    new TabletCommand.Sweep("t", 1000, 1002, REST));

    @Test
    void everyCommandComesBackAsItWasSent() throws Exception {
        for (TabletCommand command : COMMANDS) {
            MemorySegment bytes = TabletCommandCodec.encode(command);
            TabletCommand back = TabletCommandCodec.decode(bytes, "test");
            assertThat(back).hasSameClassAs(command);
            assertThat(TabletCommandCodec.encode(back).mismatch(bytes)).as("%s", command).isEqualTo(-1);
        }
    }

    @Test
    void damagedCommandsAreCorruptAndNothingWorse() {
        Random random = new Random(5);
        for (TabletCommand command : COMMANDS) {
            for (int i = 0; i < 200; i++) {
                MemorySegment bytes = TabletCommandCodec.encode(command);
                long cut = random.nextLong(bytes.byteSize());
                bytes.set(ValueLayout.JAVA_BYTE, cut, (byte) random.nextInt());
                decodeOrCorrupt(bytes);
                decodeOrCorrupt(bytes.asSlice(0, cut));
            }
        }
    }

    private static void decodeOrCorrupt(MemorySegment bytes) {
        try {
            TabletCommandCodec.decode(bytes, "test");
        } catch (CorruptBlock e) {
            assertThat(e).hasMessageStartingWith("test: ");
        }
    }

    @Test
    void aKindNobodyKnowsIsNamed() {
        MemorySegment bytes = TabletCommandCodec.encode(COMMANDS.getFirst());
        bytes.set(ValueLayout.JAVA_BYTE, 0, (byte) 77);
        assertThatThrownBy(() -> TabletCommandCodec.decode(bytes, "entry 5"))
                .isInstanceOf(CorruptBlock.class)
                .hasMessage("entry 5: unknown kind of tablet command 77");
    }

    @Test
    void tabletsComeBackAsTheyWereSaved() throws Exception {
        OwnedTablet loading = OwnedTablet.loading(1000, "t", RANGE, 3, 1002, 1).withPart(new byte[] {4});
        for (OwnedTablet tablet :
                List.of(
                        loading,
                        OwnedTablet.serving(1, ClusterMap.STREAMS, REST, 9, 1003),
                        loading.inMove(OwnedTablet.State.LEAVING, 1002, 0))) {
            assertThat(OwnedTablet.decode(tablet.id(), tablet.encode())).usingRecursiveComparison().isEqualTo(tablet);
        }
    }

    @Test
    void aDamagedTabletIsCorruptAndNothingWorse() {
        Random random = new Random(6);
        byte[] encoded = OwnedTablet.loading(1000, "t", RANGE, 3, 1002, 1).encode();
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = encoded.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                OwnedTablet.decode(1000, damaged);
            } catch (CorruptBlock e) {
                assertThat(e).hasMessageStartingWith("tablet 1000: ");
            }
        }
    }
}
