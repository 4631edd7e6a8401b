package io.distil.storage.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/// The bytes of one file of a {@link SimulatedDisk}: as seen, as on the platter, and the changes between.
final class SimulatedContents {
    /// What a disk writes whole.
    static final int SECTOR_BYTES = 512;

    /// The steps in which a file grows.
    private static final int PAGE_BYTES = 4096;

    /// A sequence no sync will ever cover: of changes in doubt after a failed one.
    private static final long NEVER = Long.MAX_VALUE;

    /// An array with a size of its own, growing.
    private static final class Image {
        private byte[] bytes = new byte[0];
        private int size;

        void resize(int newSize) {
            if (newSize > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(newSize, bytes.length * 2));
            }
            if (newSize < size) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
            }
            size = newSize;
        }

        void put(int position, byte[] source, int from, int until) {
            System.arraycopy(source, from, bytes, position + from, until - from);
        }

        Image copy() {
            Image copy = new Image();
            copy.bytes = Arrays.copyOf(bytes, size);
            copy.size = size;
            return copy;
        }
    }

    /// A write, or with `bytes` null a change of the size to `position`. Sectors are dropped from a write when later
    /// bytes have reached the platter in their place.
    private static final class Change {
        private long sequence;
        private final int position;
        private final byte[] bytes;
        private final BitSet sectors = new BitSet();

        Change(long sequence, int position, byte[] bytes) {
            this.sequence = sequence;
            this.position = position;
            this.bytes = bytes;
            if (bytes != null) {
                sectors.set(0, bytes.length / SECTOR_BYTES);
            }
        }

        boolean isResize() {
            return bytes == null;
        }

        int end() {
            return position + bytes.length;
        }

        /// Forgets the sectors within `[from, until)` of the file.
        void drop(long from, long until) {
            if (bytes != null && until > position && from < end()) {
                int first = (int) Math.max(0, (from - position + SECTOR_BYTES - 1) / SECTOR_BYTES);
                int last = (int) Math.min(bytes.length / SECTOR_BYTES, (until - position) / SECTOR_BYTES);
                if (first < last) {
                    sectors.clear(first, last);
                }
            }
        }
    }

    private final Image seen;
    private Image durable = new Image();
    private final List<Change> pending = new ArrayList<>();

    SimulatedContents() {
        seen = new Image();
    }

    private SimulatedContents(Image found) {
        seen = found;
        durable = found.copy();
    }

    int size() {
        return seen.size;
    }

    byte[] bytes() {
        return Arrays.copyOf(seen.bytes, seen.size);
    }

    /// The bytes at `[position, position + length)`, all within the size.
    byte[] read(int position, int length) {
        return Arrays.copyOfRange(seen.bytes, position, position + length);
    }

    void resize(int newSize, long sequence) {
        seen.resize(newSize);
        pending.add(new Change(sequence, newSize, null));
    }

    /// A completed write.
    void write(int position, byte[] bytes, boolean isDurable, long sequence) {
        Change write = new Change(sequence, position, bytes);
        if (seen.size < write.end()) {
            seen.resize(write.end());
        }
        seen.put(position, bytes, 0, bytes.length);
        pending.add(write);
        if (isDurable) {
            settleDurable(write);
        }
    }

    /// A failed write, of which any part may be there, to be seen and to survive.
    void writePartly(int position, byte[] bytes, long sequence, SplittableRandom random) {
        Change write = new Change(sequence, position, bytes);
        for (int sector = 0; sector < bytes.length / SECTOR_BYTES; sector++) {
            int from = sector * SECTOR_BYTES;
            if (position + from + SECTOR_BYTES <= seen.size && random.nextBoolean()) {
                seen.put(position, bytes, from, from + SECTOR_BYTES);
            } else {
                write.sectors.clear(sector);
            }
        }
        pending.add(write);
    }

    /// A write in flight when the power went: nobody sees it any more, any part may survive.
    void writeLost(int position, byte[] bytes) {
        pending.add(new Change(NEVER, position, bytes));
    }

    /// Makes durable what had completed by `sequence`.
    void sync(long sequence) {
        for (Change change : List.copyOf(pending)) {
            if (change.sequence <= sequence) {
                settle(change);
            }
        }
    }

    /// A sync that was to cover everything up to `sequence` has failed: no later one will.
    void syncFailed(long sequence) {
        for (Change change : pending) {
            if (change.sequence <= sequence) {
                change.sequence = NEVER;
            }
        }
    }

    /// One durable write takes the size with it, so the size changes before it settle as well.
    private void settleDurable(Change write) {
        for (Change change : List.copyOf(pending)) {
            if (change.isResize() && change.sequence <= write.sequence) {
                settle(change);
            }
        }
        settle(write);
    }

    /// Brings a change to the platter. What came before it and is still pending must not reappear over it later.
    private void settle(Change settled) {
        for (Iterator<Change> changes = pending.iterator(); changes.hasNext(); ) {
            Change earlier = changes.next();
            if (earlier == settled) {
                changes.remove();
                break;
            }
            earlier.drop(settled.position, settled.isResize() ? Long.MAX_VALUE : settled.end());
        }
        apply(settled, settled.sectors, settled.isResize() ? settled.position : settled.end(), durable);
    }

    /// Writes the given sectors of a change, as far as they lie within `end` or the size there is.
    private static void apply(Change change, BitSet sectors, int end, Image image) {
        if (change.isResize()) {
            image.resize(end);
            return;
        }
        if (end > image.size) {
            image.resize(end);
        }
        for (int sector = sectors.nextSetBit(0); sector >= 0; sector = sectors.nextSetBit(sector + 1)) {
            int from = sector * SECTOR_BYTES;
            int until = Math.min(from + SECTOR_BYTES, image.size - change.position);
            if (from < until) {
                image.put(change.position, change.bytes, from, until);
            }
        }
    }

    /// The file as it may be found after a power cut.
    SimulatedContents afterCrash(SimulatedDisk.Temper temper, SplittableRandom random) {
        Image found = durable.copy();
        for (Change change : pending) {
            if (!temper.changeSurvives(random)) {
                continue;
            }
            if (change.isResize()) {
                found.resize(change.position);
                continue;
            }
            BitSet survivors = (BitSet) change.sectors.clone();
            int end = change.end();
            if (temper == SimulatedDisk.Temper.SECTORS_SURVIVE) {
                for (int sector = 0; sector < survivors.length(); sector++) {
                    survivors.set(sector, survivors.get(sector) && random.nextBoolean());
                }
                end = change.position + random.nextInt(change.bytes.length / PAGE_BYTES + 1) * PAGE_BYTES;
            }
            apply(change, survivors, survivors.isEmpty() ? 0 : end, found);
        }
        return new SimulatedContents(found);
    }

    void flipBit(int offset, int bit) {
        int mask = 1 << bit;
        seen.bytes[offset] ^= (byte) mask;
        if (offset < durable.size) {
            durable.bytes[offset] ^= (byte) mask;
        }
        for (Change change : pending) {
            if (!change.isResize() && offset >= change.position && offset < change.end()) {
                change.bytes[offset - change.position] ^= (byte) mask;
            }
        }
    }
}
