package io.distil.storage.store;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.store.Superblock.Slot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The file `distil.store`: two slots, written in turn, each in one durable write of a page. After a crash in the middle of
/// such a write the other slot still holds the checkpoint before.
///
/// The file appears whole, under another name first, so that it is never found half made. Every call opens the file and a
/// queue of its own: calls are rare, and come from different threads, one at a time.
final class SuperblockFile {
    static final String NAME = "distil.store";

    /// Left behind by a crash during creation; holds nothing yet and is replaced.
    static final String NEW_NAME = NAME + ".new";

    private static final long FILE_BYTES = (long) Superblock.SLOT_COUNT * Superblock.SLOT_BYTES;

    /// What opening the file gives.
    ///
    /// @param latest the valid superblock with the latest checkpoint
    /// @param isOtherDamaged whether the other slot cannot be read: torn by a crash, or a later checkpoint that has rotted
    record Found(Superblock latest, boolean isOtherDamaged) {}

    private final Disk disk;

    SuperblockFile(Disk disk) {
        this.disk = disk;
    }

    /// Makes the file with both slots valid, so that damage to either of them is recognised from the first day on.
    ///
    /// @param superblocks one for each slot
    void create(List<Superblock> superblocks) throws IOException {
        if (disk.exists(NEW_NAME)) {
            disk.delete(NEW_NAME);
        }
        MemorySegment slots = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, FILE_BYTES);
        try (DiskFile file = disk.open(NEW_NAME, OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(1)) {
            for (Superblock superblock : superblocks) {
                superblock.encode(slots.asSlice((long) superblock.slotIndex() * Superblock.SLOT_BYTES));
            }
            queue.writeNow(file, 0, slots, FILE_BYTES, false);
            queue.syncNow(file);
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, slots);
        }
        disk.rename(NEW_NAME, NAME);
        disk.syncDirectory("");
    }

    /// Overwrites the slot that is this superblock's turn. After a failure the slot may hold either, or neither.
    void write(Superblock superblock) throws IOException {
        MemorySegment slot = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, Superblock.SLOT_BYTES);
        try (DiskFile file = disk.open(NAME, OpenMode.WRITE);
                DiskQueue queue = disk.openQueue(1)) {
            superblock.encode(slot);
            long position = (long) superblock.slotIndex() * Superblock.SLOT_BYTES;
            queue.writeNow(file, position, slot, Superblock.SLOT_BYTES, true);
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, slot);
        }
    }

    /// The latest checkpoint that can be read.
    ///
    /// @throws CorruptBlock if no slot is valid
    /// @throws Refused `FORMAT_TOO_NEW` or `FORMAT_UNKNOWN`; nothing was changed
    Found read() throws IOException {
        List<Slot> slots = slots();
        Superblock latest = null;
        List<String> reasons = new ArrayList<>();
        int foreignCount = 0;
        for (Slot slot : slots) {
            switch (slot) {
                case Slot.TooNew tooNew ->
                        throw new Refused(
                                ErrorCode.FORMAT_TOO_NEW,
                                "%s has format %s, this program reads up to format %d: use a newer version of it"
                                        .formatted(NAME, Integer.toUnsignedString(tooNew.format()), Superblock.FORMAT));
                case Slot.Valid valid -> latest = later(latest, valid.superblock());
                case Slot.Damaged damaged -> reasons.add(damaged.reason());
                case Slot.Foreign _ -> foreignCount++;
            }
        }
        if (latest != null) {
            return new Found(latest, foreignCount > 0 || !reasons.isEmpty());
        }
        if (foreignCount == slots.size()) {
            throw new Refused(
                    ErrorCode.FORMAT_UNKNOWN,
                    NAME + " was not written by Distil: neither of its slots begins as ours do");
        }
        throw new CorruptBlock("no slot of " + NAME + " is whole: " + String.join("; ", reasons));
    }

    private static Superblock later(Superblock a, Superblock b) {
        return a == null || b.checkpoint().sequence() > a.checkpoint().sequence() ? b : a;
    }

    /// What each slot holds; for opening and for inspection.
    List<Slot> slots() throws IOException {
        MemorySegment memory = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, FILE_BYTES);
        try (DiskFile file = disk.open(NAME, OpenMode.READ);
                DiskQueue queue = disk.openQueue(1)) {
            if (file.size() < FILE_BYTES) {
                throw new CorruptBlock(
                        "%s has %d bytes, wanted %d: it was cut off, or is not of Distil"
                                .formatted(NAME, file.size(), FILE_BYTES));
            }
            queue.readNow(file, 0, memory, FILE_BYTES);
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < Superblock.SLOT_COUNT; i++) {
                MemorySegment slot = memory.asSlice((long) i * Superblock.SLOT_BYTES, Superblock.SLOT_BYTES);
                slots.add(Superblock.decode(slot, i, NAME + " slot " + i));
            }
            return slots;
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
        }
    }
}
