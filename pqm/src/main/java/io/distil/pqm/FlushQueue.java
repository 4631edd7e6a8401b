package io.distil.pqm;

import java.util.Optional;

/// The priority queue the PQM is named after: which stream to flush next.
///
/// In this order:
///
/// 1. a stream with `flushPointsMax` buffered operations or more; the largest first;
/// 2. a stream whose oldest buffered mutation is older than `flushAgeNanosMax`; the oldest first;
/// 3. under memory pressure, the largest first, until there is none.
///
/// There is pressure from the moment when the bytes of the queued streams pass `bufferBytesHigh`, or the whole budget is
/// used up, until they are down to `bufferBytesLow`. Streams that are being flushed, and commits that are not built yet, do
/// not count as queued: flushing more would not make those be built sooner.
///
/// Example: high water 100 MB, low water 60 MB, streams of 70, 20 and 15 MB, none too large or too old. 105 MB is above high
/// water: the one of 70 MB goes; the 35 MB left are under low water, so the other two stay and go on collecting.
///
/// A flush is asked for through the log, so time passes between {@link #nextToFlush} and the flush itself; meanwhile the
/// stream is out of the queue. Size is the number of buffered points and erased ranges, or of change records if these are
/// more. Updates cost O(log n) a mutation. Owner thread only; {@link #queuedCount} and the like may be read by any.
public final class FlushQueue {
    private final PqmOptions options;
    private final Pqm pqm;

    private final StreamHeap bySize =
            new StreamHeap(0) {
                @Override
                boolean isBefore(StreamBuffer a, StreamBuffer b) {
                    return a.queuedSize > b.queuedSize || a.queuedSize == b.queuedSize && isEarlier(a, b);
                }
            };
    private final StreamHeap byAge =
            new StreamHeap(1) {
                @Override
                boolean isBefore(StreamBuffer a, StreamBuffer b) {
                    return isEarlier(a, b);
                }
            };

    private boolean underPressure;
    private volatile int queuedCount;
    private volatile long queuedBytes;

    FlushQueue(PqmOptions options, Pqm pqm) {
        this.options = options;
        this.pqm = pqm;
    }

    /// Takes the stream to flush now out of the queue, if there is one. Ask again until there is none.
    ///
    /// Its flush is then to be proposed; when it is applied the stream is done with, and if it never will be, say so by
    /// {@link #notFlushed}.
    ///
    /// @param nowNanos monotonic time of the clock given to the {@link Pqm}
    public Optional<StreamBuffer> nextToFlush(long nowNanos) {
        StreamBuffer largest = bySize.first();
        if (largest == null) {
            underPressure = false;
            return Optional.empty();
        }
        updatePressure();
        StreamBuffer oldest = byAge.first();
        StreamBuffer next = null;
        if (largest.queuedSize >= options.flushPointsMax()) {
            next = largest;
        } else if (nowNanos - oldest.bufferedSinceNanos >= options.flushAgeNanosMax()) {
            next = oldest;
        } else if (underPressure) {
            next = largest;
        }
        if (next != null) {
            remove(next);
            next.flushProposed = true;
        }
        return Optional.ofNullable(next);
    }

    /// Puts a stream back whose flush came to nothing.
    public void notFlushed(StreamBuffer stream) {
        stream.flushProposed = false;
        update(stream);
    }

    /// Streams with buffered mutations whose flush was not asked for yet.
    public int queuedCount() {
        return queuedCount;
    }

    /// Bytes a flush of all queued streams could set free.
    public long queuedBytes() {
        return queuedBytes;
    }

    /// Moves, adds or removes a stream after a mutation.
    void update(StreamBuffer stream) {
        if (!stream.hasBuffered()) {
            stream.flushProposed = false;
            if (bySize.contains(stream)) {
                remove(stream);
            }
            return;
        }
        if (stream.flushProposed) {
            return;
        }
        boolean isNew = !bySize.contains(stream);
        long bytesBefore = isNew ? 0 : stream.queuedBytes;
        stream.queuedSize = stream.bufferedSize();
        stream.queuedBytes = stream.bufferedBytes();
        addBytes(stream.queuedBytes - bytesBefore);
        if (isNew) {
            bySize.add(stream);
            byAge.add(stream);
            queuedCount = bySize.count();
        } else {
            bySize.moved(stream);
        }
    }

    private void remove(StreamBuffer stream) {
        bySize.remove(stream);
        byAge.remove(stream);
        queuedCount = bySize.count();
        addBytes(-stream.queuedBytes);
    }

    private void updatePressure() {
        if (queuedBytes <= options.bufferBytesLow()) {
            underPressure = false;
        } else if (queuedBytes > options.bufferBytesHigh() || pqm.isFull()) {
            underPressure = true;
        }
    }

    /// One thread writes, others only look.
    private void addBytes(long bytes) {
        long sum = queuedBytes + bytes;
        queuedBytes = sum;
    }

    private static boolean isEarlier(StreamBuffer a, StreamBuffer b) {
        long difference = a.bufferedSinceNanos - b.bufferedSinceNanos;
        return difference < 0 || difference == 0 && a.id().compareTo(b.id()) < 0;
    }
}
