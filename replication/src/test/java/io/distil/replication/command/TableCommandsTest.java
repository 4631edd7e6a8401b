package io.distil.replication.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;
import io.distil.base.Version;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.WriteTag;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

class TableCommandsTest {
    private static final byte[] KEY = {0, -1, 'k'};
    private static final byte[] VALUE = {'v', 0};

    private final CommandCodec codec = new CommandCodec();

    @Test
    void everyMutationOfATableComesBackAsItWasLogged() throws Exception {
        Mutation.WriteTable write =
                new Mutation.WriteTable(
                        "plants/türme",
                        List.of(
                                KeyWrite.set(KEY, VALUE),
                                KeyWrite.insert(new byte[] {1}, new byte[0]),
                                KeyWrite.delete(new byte[] {2}),
                                new KeyWrite(new byte[] {3}, KeyWrite.PRESENT, Optional.of(VALUE)),
                                new KeyWrite(
                                        new byte[] {4},
                                        new KeyWrite.Condition.WrittenAt(new Version(7, 8)),
                                        Optional.empty()),
                                new KeyWrite(new byte[] {5}, new KeyWrite.Condition.ValueIs(VALUE), Optional.of(KEY))));
        assertThat(roundTrip(write)).usingRecursiveComparison().isEqualTo(write);
        for (Mutation mutation :
                List.of(new Mutation.CreateTable("a"), new Mutation.DropTable("b"), new Mutation.FlushTable("c"))) {
            assertThat(roundTrip(mutation)).isEqualTo(mutation);
        }
    }

    @Test
    void aConditionNobodyKnowsIsCorrupt() {
        MemorySegment entry = encode(new Mutation.WriteTable("t", List.of(KeyWrite.set(KEY, VALUE))));
        entry.set(ValueLayout.JAVA_BYTE, 40 + 4 + 1 + 4 + 4 + KEY.length, (byte) 5);
        assertThatThrownBy(() -> codec.decode(entry, "log 1"))
                .isInstanceOf(CorruptBlock.class)
                .hasMessage("log 1: unknown condition 5");
    }

    private Mutation roundTrip(Mutation mutation) throws CorruptBlock {
        return codec.decode(encode(mutation), "test").mutation();
    }

    private MemorySegment encode(Mutation mutation) {
        MemorySegment entry = MemorySegment.ofArray(new long[(int) (CommandCodec.bytes(mutation) + 7) / 8]);
        codec.encode(new Command(1, WriteTag.NONE, mutation), entry);
        return entry;
    }
}
