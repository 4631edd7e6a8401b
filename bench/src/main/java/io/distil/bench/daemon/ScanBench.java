package io.distil.bench.daemon;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.VersionSelector;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// `distil bench scan`: all points of a stream to one client, over one connection.
///
/// *Cold* is the first read of a stream after the daemon was started again: it reads its segments past the page cache, so
/// all blocks come from the disk. Its code is warm by then, from reading another stream.
@Command(name = "scan", description = "Read all points of a stream, cold and warm.")
final class ScanBench extends DaemonBench {
    private static final int BYTES_PER_POINT = 16;
    private static final long WARM_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long MEASURED_NANOS = TimeUnit.SECONDS.toNanos(4);

    @Option(
            names = "--points",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "Points of the stream; default 10000000.")
    private long pointCount;

    ScanBench(CommandContext context) {
        super(context);
    }

    @Override
    void run(Target target, Baseline baseline) throws IOException {
        StreamId other;
        StreamId stream;
        remark("loading " + pointCount + " points");
        try (DistilClient client = target.connect(DistilClientOptions.DEFAULT)) {
            other = load(client, 0);
            stream = load(client, 1);
            target.awaitTrees(client);
        }
        boolean isCold = target.restart();
        remark("reading");
        try (DistilClient client = target.connect(DistilClientOptions.DEFAULT);
                Rows rows = rows()) {
            repeat(client, other, WARM_NANOS);
            if (isCold) {
                print(rows, "cold", repeat(client, stream, 0), baseline);
            }
            print(rows, "warm", repeat(client, stream, MEASURED_NANOS), baseline);
        }
    }

    private StreamId load(DistilClient client, int index) throws IOException {
        StreamId stream = Loader.createStream(client, "scan");
        Loader.append(client, stream, new JitteredWalk(index), pointCount);
        Loader.join(client.flush(stream));
        return stream;
    }

    /// Reads the stream at least once.
    ///
    /// @return points a second
    private double repeat(DistilClient client, StreamId stream, long durationNanos) throws IOException {
        long begin = System.nanoTime();
        long read = 0;
        do {
            LongAdder points = new LongAdder();
            Loader.join(
                    client.readPoints(
                            stream, VersionSelector.LATEST, TimeRange.ALL, columns -> points.add(columns.count())));
            Loader.check(points.sum() == pointCount, points + " points, wanted " + pointCount);
            read += points.sum();
        } while (System.nanoTime() - begin < durationNanos);
        return read / ((System.nanoTime() - begin) / 1e9);
    }

    private static void print(Rows rows, String state, double pointsPerSecond, Baseline baseline) throws IOException {
        double bytesPerSecond = pointsPerSecond * BYTES_PER_POINT;
        rows.text("scan", state)
                .rounded("points_per_s", rounded(pointsPerSecond))
                .rounded("mb_per_s", rounded(bytesPerSecond / 1e6))
                .rounded("of_loopback", rounded(bytesPerSecond / baseline.loopbackBytesPerSecond()))
                .rounded("of_device_read", rounded(bytesPerSecond / baseline.device().readBytesPerSecond()));
        rows.end();
    }
}
