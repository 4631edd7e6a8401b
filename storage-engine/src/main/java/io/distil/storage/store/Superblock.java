package io.distil.storage.store;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.OffHeap;
import io.distil.storage.keyed.KeyedRoot;

import java.lang.foreign.MemorySegment;
import java.util.UUID;

/// What makes a data directory a store, as one slot of the file `distil.store` holds it: who the store is and its last
/// checkpoint. The only code that knows a slot's bytes; the table is in the package's description.
///
/// @param storeId made once, when the store is created
/// @param createdEpochNanos wall time of that
record Superblock(UUID storeId, long createdEpochNanos, Checkpoint checkpoint) {
    /// One page: what is written in one durable operation.
    static final int SLOT_BYTES = OffHeap.PAGE_BYTES;

    static final int SLOT_COUNT = 2;

    /// The format of the whole data directory; raised whenever an older program could not read it.
    static final int FORMAT = 1;

    /// "DISTILST" in ASCII, read as a little-endian number.
    static final long MAGIC = 0x54534C4954534944L;

    /// These four keep their places in every format to come, so that any version can tell torn from too new.
    private static final int MAGIC_AT = 0;

    private static final int FORMAT_AT = 8;
    private static final int SLOT_AT = 12;
    private static final int CHECKSUM_AT = SLOT_BYTES - Integer.BYTES;

    private static final int SEQUENCE_AT = 16;
    private static final int STORE_ID_AT = 24;
    private static final int CREATED_AT = 40;
    private static final int APPLIED_THROUGH_AT = 48;
    private static final int REPLAY_FROM_AT = 56;
    private static final int NEXT_SEGMENT_AT = 64;
    private static final int KEYED_ROOT_AT = 72;
    private static final int CHECKPOINT_TIME_AT = KEYED_ROOT_AT + KeyedRoot.BYTES;

    /// What one slot was found to hold.
    sealed interface Slot {
        record Valid(Superblock superblock) implements Slot {}

        /// Whole, but written by a later version of the program.
        record TooNew(int format) implements Slot {}

        /// Ours, but torn or damaged.
        record Damaged(String reason) implements Slot {}

        /// Nothing of ours.
        record Foreign() implements Slot {}
    }

    /// Slots are written in turn, so that a torn one leaves the checkpoint before it.
    int slotIndex() {
        return (int) (checkpoint.sequence() % SLOT_COUNT);
    }

    Superblock withCheckpoint(Checkpoint next) {
        return new Superblock(storeId, createdEpochNanos, next);
    }

    /// Fills a whole slot; what has no meaning yet is zero.
    void encode(MemorySegment slot) {
        slot.asSlice(0, SLOT_BYTES).fill((byte) 0);
        slot.set(Layouts.LONG, MAGIC_AT, MAGIC);
        slot.set(Layouts.INT, FORMAT_AT, FORMAT);
        slot.set(Layouts.INT, SLOT_AT, slotIndex());
        slot.set(Layouts.LONG, SEQUENCE_AT, checkpoint.sequence());
        slot.set(Layouts.LONG, STORE_ID_AT, Long.reverseBytes(storeId.getMostSignificantBits()));
        slot.set(Layouts.LONG, STORE_ID_AT + Long.BYTES, Long.reverseBytes(storeId.getLeastSignificantBits()));
        slot.set(Layouts.LONG, CREATED_AT, createdEpochNanos);
        slot.set(Layouts.LONG, APPLIED_THROUGH_AT, checkpoint.appliedThrough());
        slot.set(Layouts.LONG, REPLAY_FROM_AT, checkpoint.replayFrom());
        slot.set(Layouts.INT, NEXT_SEGMENT_AT, checkpoint.nextSegment());
        checkpoint.keyedRoot().encode(slot, KEYED_ROOT_AT);
        slot.set(Layouts.LONG, CHECKPOINT_TIME_AT, checkpoint.epochNanos());
        slot.set(Layouts.INT, CHECKSUM_AT, checksum(slot));
    }

    private static int checksum(MemorySegment slot) {
        return new Checksum().add(slot, 0, CHECKSUM_AT).value();
    }

    /// @param where for messages: the file and the slot
    static Slot decode(MemorySegment slot, int slotIndex, String where) {
        if (slot.get(Layouts.LONG, MAGIC_AT) != MAGIC) {
            return new Slot.Foreign();
        }
        int checksum = slot.get(Layouts.INT, CHECKSUM_AT);
        int checksumWanted = checksum(slot);
        if (checksum != checksumWanted) {
            return new Slot.Damaged("%s: the checksum is %08x, wanted %08x".formatted(where, checksum, checksumWanted));
        }
        int format = slot.get(Layouts.INT, FORMAT_AT);
        if (Integer.compareUnsigned(format, FORMAT) > 0) {
            return new Slot.TooNew(format);
        }
        int slotFound = slot.get(Layouts.INT, SLOT_AT);
        if (format != FORMAT || slotFound != slotIndex) {
            return new Slot.Damaged(
                    "%s: found format %d of slot %d, wanted format %d of slot %d"
                            .formatted(where, format, slotFound, FORMAT, slotIndex));
        }
        try {
            return new Slot.Valid(decodeFields(slot, slotIndex, where));
        } catch (CorruptBlock e) {
            return new Slot.Damaged(e.getMessage());
        }
    }

    private static Superblock decodeFields(MemorySegment slot, int slotIndex, String where) throws CorruptBlock {
        long sequence = slot.get(Layouts.LONG, SEQUENCE_AT);
        long appliedThrough = slot.get(Layouts.LONG, APPLIED_THROUGH_AT);
        long replayFrom = slot.get(Layouts.LONG, REPLAY_FROM_AT);
        int nextSegment = slot.get(Layouts.INT, NEXT_SEGMENT_AT);
        String violation = Checkpoint.violation(sequence, appliedThrough, replayFrom, nextSegment);
        if (violation != null) {
            throw new CorruptBlock(where + ": " + violation);
        }
        if (sequence % SLOT_COUNT != slotIndex) {
            throw new CorruptBlock(where + ": checkpoint " + sequence + " belongs in the other slot");
        }
        KeyedRoot root = KeyedRoot.decode(slot, KEYED_ROOT_AT, where);
        UUID storeId =
                new UUID(
                        Long.reverseBytes(slot.get(Layouts.LONG, STORE_ID_AT)),
                        Long.reverseBytes(slot.get(Layouts.LONG, STORE_ID_AT + Long.BYTES)));
        Checkpoint checkpoint =
                new Checkpoint(
                        sequence,
                        appliedThrough,
                        replayFrom,
                        nextSegment,
                        root,
                        slot.get(Layouts.LONG, CHECKPOINT_TIME_AT));
        return new Superblock(storeId, slot.get(Layouts.LONG, CREATED_AT), checkpoint);
    }
}
