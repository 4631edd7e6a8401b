package io.distil.pqm;

import io.distil.base.BrokenInvariant;

import java.util.Arrays;

/// A binary heap of streams that knows where each of them is, so that a stream whose key changed is moved in O(log n).
/// Owner thread only.
abstract class StreamHeap {
    private static final int CAPACITY_MIN = 16;

    private final int number;
    private StreamBuffer[] streams = new StreamBuffer[CAPACITY_MIN];
    private int count;

    /// @param number which of a stream's heap positions is this heap's
    StreamHeap(int number) {
        this.number = number;
    }

    /// Whether `a` comes out before `b`; never both ways round.
    abstract boolean isBefore(StreamBuffer a, StreamBuffer b);

    int count() {
        return count;
    }

    /// The stream that comes out next, or null.
    StreamBuffer first() {
        return count == 0 ? null : streams[0];
    }

    void add(StreamBuffer stream) {
        BrokenInvariant.check(!contains(stream), "a stream was queued twice");
        if (count == streams.length) {
            streams = Arrays.copyOf(streams, 2 * count);
        }
        place(stream, count++);
        moved(stream);
    }

    void remove(StreamBuffer stream) {
        int index = stream.heapIndexes[number];
        StreamBuffer last = streams[--count];
        streams[count] = null;
        stream.heapIndexes[number] = -1;
        if (last != stream) {
            place(last, index);
            moved(last);
        }
        if (count < streams.length / 4 && streams.length > CAPACITY_MIN) {
            streams = Arrays.copyOf(streams, streams.length / 2);
        }
    }

    /// Restores the order after the key of `stream` changed.
    void moved(StreamBuffer stream) {
        int index = stream.heapIndexes[number];
        while (index > 0 && isBefore(stream, streams[(index - 1) >>> 1])) {
            place(streams[(index - 1) >>> 1], index);
            index = (index - 1) >>> 1;
        }
        while (true) {
            int child = 2 * index + 1;
            if (child + 1 < count && isBefore(streams[child + 1], streams[child])) {
                child++;
            }
            if (child >= count || !isBefore(streams[child], stream)) {
                break;
            }
            place(streams[child], index);
            index = child;
        }
        place(stream, index);
    }

    boolean contains(StreamBuffer stream) {
        return stream.heapIndexes[number] >= 0;
    }

    private void place(StreamBuffer stream, int index) {
        streams[index] = stream;
        stream.heapIndexes[number] = index;
    }
}
