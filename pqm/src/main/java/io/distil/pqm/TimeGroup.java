package io.distil.pqm;

import io.distil.base.api.MergePolicy;
import io.distil.storage.codec.LeafPoints;

import java.util.Arrays;

/// Applies operations at one time to the points present at that time, which are the last ones of an output: the definition
/// of the merge policies, once. One caller at a time.
final class TimeGroup {
    private static final byte EQUAL = (byte) MergePolicy.EQUAL.number();
    private static final byte RETAIN = (byte) MergePolicy.RETAIN.number();
    private static final byte REPLACE = (byte) MergePolicy.REPLACE.number();

    /// Up to this many points at one time, `equal` looks at each of them; beyond, at a hash table of their values, so that
    /// a million different values at one time stay linear.
    private static final int COMPARED_ONE_BY_ONE_MAX = 32;

    private LeafPoints out;
    private int begin;

    /// Values of the points from {@link #begin} until {@link #hashedUntil}, open addressing; a slot is in use if its mark
    /// is {@link #mark}.
    private long[] slots = new long[0];

    private int[] marks = new int[0];
    private int mark;
    private int hashedUntil;

    /// Whatever is appended to `output` from here on is present at the time at hand.
    void begin(LeafPoints output) {
        out = output;
        begin = output.count();
        forgetHashes();
    }

    void apply(long time, long valueBits, byte policy) {
        if (policy == REPLACE) {
            out.setCount(begin);
            forgetHashes();
        } else if (policy == RETAIN && out.count() > begin || policy == EQUAL && isPresent(valueBits)) {
            return;
        }
        out.append(time, Double.longBitsToDouble(valueBits));
    }

    private boolean isPresent(long valueBits) {
        double[] values = out.values();
        int count = out.count();
        if (count - begin > COMPARED_ONE_BY_ONE_MAX) {
            hashUntil(count);
            return marks[slotOf(valueBits)] == mark;
        }
        for (int i = begin; i < count; i++) {
            if (Double.doubleToRawLongBits(values[i]) == valueBits) {
                return true;
            }
        }
        return false;
    }

    private void forgetHashes() {
        hashedUntil = begin;
        if (++mark == 0) {
            Arrays.fill(marks, 0);
            mark = 1;
        }
    }

    private void hashUntil(int count) {
        ensureSlots(count - begin);
        for (; hashedUntil < count; hashedUntil++) {
            long valueBits = Double.doubleToRawLongBits(out.values()[hashedUntil]);
            int slot = slotOf(valueBits);
            slots[slot] = valueBits;
            marks[slot] = mark;
        }
    }

    /// At least twice as many slots as values, a power of two.
    private void ensureSlots(int valueCount) {
        if (2L * valueCount > slots.length) {
            int length = Integer.highestOneBit(valueCount) << 2;
            slots = new long[length];
            marks = new int[length];
            forgetHashes();
        }
    }

    /// Where `valueBits` is, or the free slot where it would go.
    private int slotOf(long valueBits) {
        int slotMask = slots.length - 1;
        long mixed = valueBits * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 32) & slotMask;
        while (marks[slot] == mark && slots[slot] != valueBits) {
            slot = (slot + 1) & slotMask;
        }
        return slot;
    }
}
