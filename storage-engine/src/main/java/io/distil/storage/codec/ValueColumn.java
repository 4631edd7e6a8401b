package io.distil.storage.codec;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;

/// The values of a chunk: a scheme byte, then what the scheme wrote. The table of schemes is here. One owner thread;
/// {@link #plan} first, then {@link #write} of the same chunk.
final class ValueColumn {
    private static final int SCHEME_COUNT = 6;

    private final ConstantValue constant = new ConstantValue();
    private final RawValues raw = new RawValues();

    /// By number. The list of distinct values is itself a column, and knows every scheme but its own.
    private final ValueScheme[] schemes = new ValueScheme[SCHEME_COUNT];

    private ValueScheme chosen;

    ValueColumn() {
        this(true);
    }

    private ValueColumn(boolean withDistinct) {
        add(constant);
        add(new DecimalValues());
        add(new OrderedBits());
        add(new SplitBits());
        if (withDistinct) {
            add(new DistinctValues(new ValueColumn(false)));
        }
        add(raw);
    }

    private void add(ValueScheme scheme) {
        BrokenInvariant.check(schemes[scheme.number()] == null, "two value schemes are number " + scheme.number());
        schemes[scheme.number()] = scheme;
    }

    /// Chooses the scheme that takes the least bytes.
    ///
    /// @return those, or a few more
    int plan(ValueChunk chunk) {
        chosen = constant;
        int best = constant.plan(chunk, Integer.MAX_VALUE);
        if (best == ValueScheme.INAPPLICABLE) {
            chosen = raw;
            best = raw.plan(chunk, Integer.MAX_VALUE);
            for (ValueScheme scheme : schemes) {
                int bytes =
                        scheme == null || scheme == constant || scheme == raw
                                ? ValueScheme.INAPPLICABLE
                                : scheme.plan(chunk, best);
                if (bytes < best) {
                    chosen = scheme;
                    best = bytes;
                }
            }
        }
        return 1 + best;
    }

    void write(ValueChunk chunk, ByteSink out) {
        int start = out.position();
        out.putByte(chosen.number());
        chosen.write(chunk, out);
        if (out.position() - start > Chunk.columnBytesMax(chunk.count())) {
            out.rewind(start);
            out.putByte(raw.number());
            raw.write(chunk, out);
        }
    }

    /// Reads `count` values, at least 1, into the start of `values`.
    void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        scheme(in.takeByte("value scheme")).read(in, values, count);
    }

    String label(int number) throws CorruptBlock {
        return scheme(number).label();
    }

    private ValueScheme scheme(int number) throws CorruptBlock {
        if (number >= SCHEME_COUNT || schemes[number] == null) {
            throw new CorruptBlock("value scheme is " + number + ", which is none that may stand here");
        }
        return schemes[number];
    }
}
