package io.distil.daemon.cli;

import io.distil.base.StreamId;
import io.distil.base.Times;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;

import java.io.IOException;
import java.util.function.Consumer;

/// Where the rows of an import go: good ones into batches, bad ones into an error or, if they are to be skipped, into a
/// count and the first few into remarks. One owner thread.
final class RowSink {
    /// More bad rows than this are only counted.
    private static final int BAD_ROWS_SHOWN = 10;

    private final PointUploader uploader;
    private final MergePolicy policy;
    private final boolean skipsBad;
    private final Consumer<String> remarks;

    private String source = "";
    private StreamId stream;
    private PointBatch batch;
    private long sourcePoints;
    private long sourceBadRows;
    private long sourceSentLine;
    private long badRows;
    private long points;

    RowSink(PointUploader uploader, MergePolicy policy, boolean skipsBad, Consumer<String> remarks) {
        this.uploader = uploader;
        this.policy = policy;
        this.skipsBad = skipsBad;
        this.remarks = remarks;
    }

    /// Begins a file.
    void begin(String name, StreamId target) throws IOException {
        source = name;
        stream = target;
        sourcePoints = 0;
        sourceBadRows = 0;
        sourceSentLine = 0;
        batch = uploader.take();
    }

    /// Takes a row, good or bad.
    ///
    /// @param line where it stands
    void accept(long line, long time, double value) throws IOException {
        if (!Times.isLegal(time)) {
            bad(
                    line,
                    "time "
                            + time
                            + " ns is outside the legal times "
                            + TimeText.format(Times.MIN)
                            + " to "
                            + TimeText.format(Times.LIMIT));
        } else if (!Double.isFinite(value)) {
            bad(line, "value " + value + " is not finite");
        } else {
            batch.append(time, value);
            sourcePoints++;
            points++;
            if (batch.isFull()) {
                uploader.send(stream, batch, policy);
                sourceSentLine = line;
                batch = null;
                batch = uploader.take();
            }
        }
    }

    void bad(long line, String reason) throws BadRow {
        String where = source + ":" + line + ": " + reason;
        if (!skipsBad) {
            throw new BadRow(where);
        }
        sourceBadRows++;
        badRows++;
        if (badRows <= BAD_ROWS_SHOWN) {
            remarks.accept(where + "; skipped");
        } else if (badRows == BAD_ROWS_SHOWN + 1) {
            remarks.accept("further bad rows are skipped without a remark");
        }
    }

    /// Sends what is left of the file.
    void end() {
        if (batch != null && batch.count() > 0) {
            uploader.send(stream, batch, policy);
        } else if (batch != null) {
            uploader.giveBack(batch);
        }
        batch = null;
    }

    /// Drops the batch that is being filled, after a failure.
    void abandon() {
        if (batch != null) {
            uploader.giveBack(batch);
            batch = null;
        }
    }

    /// Points of the present file, sent or about to be.
    long sourcePoints() {
        return sourcePoints;
    }

    long sourceBadRows() {
        return sourceBadRows;
    }

    /// The last line of the present file that was sent, 0 if none was.
    long sourceSentLine() {
        return sourceSentLine;
    }

    long points() {
        return points;
    }
}
