package io.distil.replication.tablet;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Which term the entries of a log are of: for each term, the position at which it begins. By it a position and a term that
/// somebody remembers are found to be part of the log, or to have been replaced. Immutable; a replica publishes a new one
/// with every term.
///
/// A log without leaders is all of term 0. Beyond {@link #COUNT_MAX} terms the oldest are forgotten.
final class TermHistory {
    /// Elections of years; 64 KiB.
    static final int COUNT_MAX = 4096;

    /// Positions of forgotten terms have none.
    static final long FORGOTTEN = -1;

    static final TermHistory EMPTY = new TermHistory(new long[0], new long[0], 0);

    private final long[] terms;
    private final long[] firstPositions;

    /// The term before the first one listed.
    private final long termBefore;

    private TermHistory(long[] terms, long[] firstPositions, long termBefore) {
        this.terms = terms;
        this.firstPositions = firstPositions;
        this.termBefore = termBefore;
    }

    /// This history and a term that begins at `position`, after all others; the same one if `term` is the last already.
    TermHistory with(long term, long position) {
        if (term == last()) {
            return this;
        }
        int drop = terms.length == COUNT_MAX ? 1 : 0;
        int count = terms.length - drop;
        long[] nextTerms = Arrays.copyOf(Arrays.copyOfRange(terms, drop, terms.length), count + 1);
        long[] nextFirsts = Arrays.copyOf(Arrays.copyOfRange(firstPositions, drop, terms.length), count + 1);
        nextTerms[count] = term;
        nextFirsts[count] = position;
        return new TermHistory(nextTerms, nextFirsts, drop == 1 ? FORGOTTEN : termBefore);
    }

    /// The last term, 0 if there was none.
    long last() {
        return terms.length == 0 ? 0 : terms[terms.length - 1];
    }

    /// The term of the last entry at or before `position`, or {@link #FORGOTTEN}.
    long at(long position) {
        int index = Arrays.binarySearch(firstPositions, position);
        int term = index >= 0 ? index : -index - 2;
        return term < 0 ? termBefore : terms[term];
    }

    /// True if a later term than `term` begins at or before `position`: then no entry of `term` is or ever will be there.
    boolean isBeyond(long term, long position) {
        int index = Arrays.binarySearch(terms, term);
        int later = index >= 0 ? index + 1 : -index - 1;
        return later < terms.length && firstPositions[later] <= position;
    }

    /// Hands out each term with the position at which it begins.
    void forEach(LongBinaryConsumer consumer) {
        for (int i = 0; i < terms.length; i++) {
            consumer.accept(terms[i], firstPositions[i]);
        }
    }

    /// Takes a term and a position.
    @FunctionalInterface
    interface LongBinaryConsumer {
        void accept(long term, long position);
    }

    byte[] encode(MemoryWriter writer) {
        byte[] bytes = new byte[12 + 2 * Long.BYTES * terms.length];
        writer.wrap(MemorySegment.ofArray(bytes)).i64(termBefore).u32(terms.length);
        for (int i = 0; i < terms.length; i++) {
            writer.i64(terms[i]).i64(firstPositions[i]);
        }
        return bytes;
    }

    /// @throws CorruptBlock if terms or positions do not rise
    static TermHistory decode(MemoryReader reader) throws CorruptBlock {
        long termBefore = reader.i64();
        int count = reader.u32();
        if (count > COUNT_MAX) {
            throw new CorruptBlock("history of terms: " + count + " terms, wanted at most " + COUNT_MAX);
        }
        long[] terms = new long[count];
        long[] firstPositions = new long[count];
        for (int i = 0; i < count; i++) {
            terms[i] = reader.i64();
            firstPositions[i] = reader.i64();
            if (i > 0 && (terms[i] <= terms[i - 1] || firstPositions[i] <= firstPositions[i - 1])) {
                throw new CorruptBlock(
                        "history of terms: term %d at position %d follows term %d at %d"
                                .formatted(terms[i], firstPositions[i], terms[i - 1], firstPositions[i - 1]));
            }
        }
        return new TermHistory(terms, firstPositions, termBefore);
    }
}
