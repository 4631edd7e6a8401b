package io.distil.bench.daemon;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import org.HdrHistogram.Histogram;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// `distil bench windows`: a thousand windows of one stream, however many points are in it.
///
/// The stream grows to each size in turn and lies in its tree. A width is a power of two for aligned windows; the widest at
/// which a thousand of them fit the stream covers between half of it and all. The narrower ones cover less, and the windows
/// of a free width begin and end anywhere.
@Command(name = "windows", description = "Ask for a thousand windows of streams that grow.")
final class WindowsBench extends DaemonBench {
    private static final int WINDOW_COUNT = 1000;
    private static final long WARM_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long MEASURED_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
    private static final int QUERIES_MIN = 20;
    private static final long FULL_POINTS = 100_000_000;

    @Option(
            names = "--points",
            split = ",",
            paramLabel = "N",
            defaultValue = "1000000,10000000",
            description = "Sizes of the stream; default 1000000,10000000.")
    private List<Long> sizes;

    @Option(names = "--full", description = "A hundred million points as well; loading them takes a minute or two.")
    private boolean full;

    @Option(
            names = "--halvings",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many narrower aligned widths, each half of the one before; default 4.")
    private int halvings;

    WindowsBench(CommandContext context) {
        super(context);
    }

    /// A question.
    ///
    /// @param widthLog2 of aligned windows; -1 for windows of a free width
    private record Question(TimeRange range, long widthNanos, int widthLog2) {}

    @Override
    void run(Target target, Baseline baseline) throws IOException {
        SortedSet<Long> wanted = new TreeSet<>(sizes);
        if (full) {
            wanted.add(FULL_POINTS);
        }
        try (Rows rows = rows();
                DistilClient client = target.connect(DistilClientOptions.DEFAULT)) {
            StreamId stream = Loader.createStream(client, "windows");
            JitteredWalk walk = new JitteredWalk(0);
            long loaded = 0;
            for (long size : wanted) {
                remark("growing the stream to " + size + " points");
                Loader.append(client, stream, walk, size - loaded);
                loaded = size;
                Loader.join(client.flush(stream));
                target.awaitTrees(client);
                askAll(client, stream, size, rows);
            }
        }
    }

    private void askAll(DistilClient client, StreamId stream, long points, Rows rows) throws IOException {
        // One period inside the stream at either end, so that the jitter moves no point out of it.
        long from = JitteredWalk.START_NANOS + JitteredWalk.PERIOD_NANOS;
        long until = JitteredWalk.START_NANOS + (points - 2) * JitteredWalk.PERIOD_NANOS;
        int widest = 63 - Long.numberOfLeadingZeros((until - from) / (WINDOW_COUNT + 1));
        remark("asking for windows of " + points + " points");
        for (int widthLog2 = widest; widthLog2 >= widest - halvings; widthLog2--) {
            long first = Times.alignDown(from + (1L << widthLog2) - 1, widthLog2);
            long width = 1L << widthLog2;
            ask(
                    client,
                    stream,
                    points,
                    new Question(new TimeRange(first, first + WINDOW_COUNT * width), width, widthLog2),
                    rows);
        }
        long width = (until - from) / WINDOW_COUNT;
        ask(client, stream, points, new Question(new TimeRange(from, from + WINDOW_COUNT * width), width, -1), rows);
    }

    private void ask(DistilClient client, StreamId stream, long points, Question question, Rows rows)
            throws IOException {
        Histogram micros = new Histogram(3);
        try (WindowBatch batch = new WindowBatch(2 * WINDOW_COUNT)) {
            repeat(client, stream, question, batch, new Histogram(3), WARM_NANOS);
            repeat(client, stream, question, batch, micros, MEASURED_NANOS);
        }
        rows.integer("points", points)
                .text("width", question.widthLog2() < 0 ? "free" : "2^" + question.widthLog2())
                .integer("windows", WINDOW_COUNT)
                .integer("points_per_window", question.widthNanos() / JitteredWalk.PERIOD_NANOS)
                .integer("queries", micros.getTotalCount())
                .rounded("p50_us", rounded(micros.getValueAtPercentile(50) / 1e3))
                .rounded("p99_us", rounded(micros.getValueAtPercentile(99) / 1e3))
                .rounded("max_us", rounded(micros.getMaxValue() / 1e3));
        rows.end();
    }

    private static void repeat(
            DistilClient client,
            StreamId stream,
            Question question,
            WindowBatch batch,
            Histogram nanos,
            long durationNanos)
            throws IOException {
        long begin = System.nanoTime();
        long before = begin;
        for (int i = 0; i < QUERIES_MIN || before - begin < durationNanos; i++) {
            int count = 0;
            try (WindowCursor cursor = open(client, stream, question)) {
                for (int n = cursor.next(batch); n > 0; n = cursor.next(batch)) {
                    count += n;
                }
            }
            Loader.check(count == WINDOW_COUNT, count + " windows, wanted " + WINDOW_COUNT);
            long now = System.nanoTime();
            nanos.recordValue(now - before);
            before = now;
        }
    }

    private static WindowCursor open(DistilClient client, StreamId stream, Question question) throws IOException {
        return question.widthLog2() < 0
                ? client.windows(stream, VersionSelector.LATEST, question.range(), question.widthNanos(), 0)
                : client.alignedWindows(stream, VersionSelector.LATEST, question.range(), question.widthLog2());
    }
}
