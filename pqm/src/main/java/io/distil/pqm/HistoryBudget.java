package io.distil.pqm;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which built commits still have their change history, over all streams, the one built first in front. Owner thread only;
/// {@link #bytes} may be read by any.
final class HistoryBudget {
    private final long bytesMax;
    private final Map<ChangeRows, StreamBuffer> commits = new LinkedHashMap<>();
    private volatile long bytes;

    HistoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    long bytes() {
        return bytes;
    }

    void add(ChangeRows rows, StreamBuffer stream) {
        commits.put(rows, stream);
        long sum = bytes + rows.bytes();
        bytes = sum;
    }

    void remove(ChangeRows rows) {
        if (commits.remove(rows) != null) {
            long sum = bytes - rows.bytes();
            bytes = sum;
        }
    }

    /// Makes the streams with the oldest commits forget them until the budget holds.
    void enforce() {
        while (bytes > bytesMax) {
            Iterator<StreamBuffer> oldest = commits.values().iterator();
            oldest.next().forgetCommits(1);
        }
    }
}
