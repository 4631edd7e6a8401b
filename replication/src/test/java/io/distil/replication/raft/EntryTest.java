package io.distil.replication.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class EntryTest {
    @AfterEach
    void noMemoryIsLeft() {
        assertThat(OffHeap.bytes(MemoryOwner.LOG_BUFFERS)).isZero();
    }

    private static void add(CommandBatch batch, byte[] command) {
        MemorySegment memory = batch.claim(command.length);
        MemorySegment.copy(command, 0, memory, Layouts.BYTE, 0, command.length);
        batch.publish();
    }

    private static List<byte[]> commands(ByteString payload, int count) throws IOException {
        List<byte[]> commands = new ArrayList<>();
        CommandBatch.forEach(
                MemorySegment.ofArray(payload.toByteArray()),
                count,
                "entry",
                (i, command) -> commands.add(command.toArray(Layouts.BYTE)));
        return commands;
    }

    @Test
    void aBatchGivesBackItsCommandsInOrderWhateverTheirSizes() throws IOException {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (CommandBatch batch = new CommandBatch(1 << 12)) {
            for (int round = 0; round < 100; round++) {
                List<byte[]> added = new ArrayList<>();
                byte[] command = command(random);
                while (batch.claim(command.length) != null) {
                    add(batch, command);
                    added.add(command);
                    command = command(random);
                }
                int count = batch.commandCount();
                assertThat(commands(batch.take(), count)).containsExactlyElementsOf(added);
                assertThat(batch.isEmpty()).isTrue();
            }
        }
    }

    private static byte[] command(Random random) {
        byte[] command = new byte[random.nextInt(10) == 0 ? random.nextInt(10_000) : random.nextInt(40)];
        random.nextBytes(command);
        return command;
    }

    @Test
    void aSmallPayloadIsKeptWithItsHeaderAndALargeOneIsNot() throws IOException {
        for (int bytes : new int[] {0, 1, EntryHeader.INLINE_BYTES_MAX, EntryHeader.INLINE_BYTES_MAX + 1, 1 << 20}) {
            ByteString payload = ByteString.copyFrom(new byte[bytes]);
            EntryHeader header = EntryHeader.of(3, payload);
            ByteString encoded = header.encode(payload);
            assertThat(EntryHeader.decode(encoded, "entry")).isEqualTo(header);
            if (bytes <= EntryHeader.INLINE_BYTES_MAX) {
                assertThat(EntryHeader.inlinePayload(encoded)).isEqualTo(payload);
            } else {
                assertThat(encoded.size()).isEqualTo(EntryHeader.BYTES + bytes / 256);
            }
        }
    }

    @Test
    void aPayloadThatIsNotTheHeadersIsRefusedByName() {
        EntryHeader header = EntryHeader.of(1, ByteString.copyFromUtf8("abc"));
        assertThatThrownBy(() -> header.check(ByteString.copyFromUtf8("abd"), "Raft entry 7"))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("Raft entry 7: a payload with checksum");
        assertThatThrownBy(() -> header.check(ByteString.copyFromUtf8("ab"), "Raft entry 7"))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("2 bytes; its header says 3");
    }

    @Test
    void aHeaderOfAnotherFormatIsRefused() {
        ByteString encoded = EntryHeader.of(1, ByteString.EMPTY).encode(ByteString.EMPTY);
        for (int i = 0; i < 4; i++) {
            byte[] damaged = encoded.toByteArray();
            damaged[i] ^= 1;
            assertThatThrownBy(() -> EntryHeader.decode(ByteString.copyFrom(damaged), "entry"))
                    .isInstanceOf(CorruptBlock.class)
                    .hasMessageContaining("magic");
        }
        assertThatThrownBy(() -> EntryHeader.decode(encoded.substring(1), "entry"))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("15 bytes");
    }

    @Test
    void aPayloadWhoseCommandsLeaveItIsRefused() {
        byte[] payload = new byte[16];
        MemorySegment.ofArray(payload).set(Layouts.INT, 0, 9);
        assertThatThrownBy(() -> commands(ByteString.copyFrom(payload), 1))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("command 0 of 1 leaves its payload");
        MemorySegment.ofArray(payload).set(Layouts.INT, 0, 0);
        assertThatThrownBy(() -> commands(ByteString.copyFrom(payload), 1))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("end at 8 of 16");
    }

    @Test
    void aSyncIsHeldBackWhileTooMuchIsAcknowledgedAndNotApplied() {
        Backlog backlog = new Backlog(100);
        backlog.add(1, 101);
        assertThat(backlog.flush(1)).isCompleted();
        backlog.add(2, 1);
        var held = backlog.flush(2);
        assertThat(held).isNotDone();
        assertThat(backlog.isHeldBack()).isTrue();
        backlog.applied(1);
        assertThat(held).isCompleted();
        assertThat(backlog.isHeldBack()).isFalse();
    }

    @Test
    void whatIsCutOffHoldsNothingBack() {
        Backlog backlog = new Backlog(100);
        backlog.add(5, 200);
        assertThat(backlog.flush(5)).isCompleted();
        backlog.add(6, 1);
        var held = backlog.flush(6);
        backlog.truncate(5);
        assertThat(held).isCompleted();
        backlog.add(5, 50);
        assertThat(backlog.flush(5)).isCompleted();
    }
}
