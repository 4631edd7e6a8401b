package io.distil.storage.codec;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.Times;

/// The times of a chunk: a scheme byte, then what the scheme wrote. The table of schemes is here. One owner thread.
final class TimeColumn {
    private final TimeChunk chunk = new TimeChunk();
    private final RawTimes raw = new RawTimes();
    private final ConstantPeriod constantPeriod = new ConstantPeriod();
    private final TimeScheme[] schemes = {constantPeriod, new PeriodWithJitter(), new TimeDifferences(), raw};

    TimeColumn() {
        for (int i = 0; i < schemes.length; i++) {
            BrokenInvariant.check(schemes[i].number() == i, "time scheme " + schemes[i].number() + " stands at " + i);
        }
    }

    /// Writes `count` times, at least 1, with the scheme that takes the least bytes.
    void write(long[] times, int from, int count, ByteSink out) {
        chunk.load(times, from, count);
        TimeScheme scheme = choose();
        int start = out.position();
        out.putByte(scheme.number());
        scheme.write(chunk, out);
        if (out.position() - start > Chunk.columnBytesMax(count)) {
            out.rewind(start);
            out.putByte(raw.number());
            raw.write(chunk, out);
        }
    }

    private TimeScheme choose() {
        if (chunk.isPeriodic()) {
            return constantPeriod;
        }
        TimeScheme best = raw;
        int bestBytes = raw.plan(chunk, Integer.MAX_VALUE);
        for (TimeScheme scheme : schemes) {
            int bytes = scheme.plan(chunk, bestBytes);
            if (bytes < bestBytes) {
                best = scheme;
                bestBytes = bytes;
            }
        }
        return best;
    }

    /// Reads `count` times, at least 1, into the start of `times`.
    ///
    /// @throws CorruptBlock also if they are not sorted or not legal
    void read(ByteSource in, long[] times, int count) throws CorruptBlock {
        scheme(in.takeByte("time scheme")).read(in, times, count);
        in.expectEnd("times");
        if (!areSortedAndLegal(times, 0, count)) {
            throw new CorruptBlock("times are not sorted or not in " + Times.MIN + ".." + (Times.LIMIT - 1));
        }
    }

    String label(int number) throws CorruptBlock {
        return scheme(number).label();
    }

    private TimeScheme scheme(int number) throws CorruptBlock {
        if (number >= schemes.length) {
            throw new CorruptBlock("time scheme is " + number + ", not in 0.." + (schemes.length - 1));
        }
        return schemes[number];
    }

    /// Without a branch per time. Differences of legal times do not overflow, and if any is illegal the answer is no.
    static boolean areSortedAndLegal(long[] times, int from, int until) {
        long illegal = from < until ? times[from] - Times.MIN : 0;
        long falling = 0;
        for (int i = from + 1; i < until; i++) {
            illegal |= times[i] - Times.MIN;
            falling |= times[i] - times[i - 1];
        }
        return illegal >>> Times.SPAN_WIDTH_LOG2 == 0 && falling >= 0;
    }
}
