package io.distil.bench.daemon;

import io.distil.base.StreamId;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/// `distil bench ingest`: how fast points are taken, durable before they are acknowledged, over one connection.
///
/// The points are made before the clock starts. Each load begins with points for other streams, until the daemon's code is
/// compiled; they count for the bytes on the disk, not for the time.
@Command(name = "ingest", description = "Insert into many streams over one connection, in large and in small batches.")
final class IngestBench extends DaemonBench {
    private static final int BYTES_PER_POINT = 16;

    /// One way of inserting.
    ///
    /// @param inFlight batches that may wait for their acknowledgement; 1 shows the time of a lonely one
    /// @param share of the points that are inserted in this way
    private record Load(String name, int batchPoints, int inFlight, double share) {}

    /// The bars F1 and F2, and what a writer without company waits for.
    private static final List<Load> LOADS =
            List.of(
                    new Load("large batches", 10_000, 64, 1),
                    new Load("small batches", 100, 256, 0.5),
                    new Load("one at a time", 100, 1, 0.02));

    @Option(names = "--streams", paramLabel = "N", defaultValue = "100", description = "Streams; default 100.")
    private int streamCount;

    @Option(
            names = "--points",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "Points of the largest load, all streams together; default 10000000.")
    private long pointCount;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "30",
            description = "A load ends after so long even if points are left; default 30.")
    private int secondsMax;

    IngestBench(CommandContext context) {
        super(context);
    }

    @Override
    void run(Target target, Baseline baseline) throws IOException {
        if (streamCount < 1 || pointCount < 1 || pointCount / streamCount > Integer.MAX_VALUE / BYTES_PER_POINT) {
            throw wrongUsage("--points " + pointCount + " cannot be spread over --streams " + streamCount);
        }
        remark("making points");
        List<PointBatch> series = new ArrayList<>();
        try (Rows rows = rows()) {
            for (int i = 0; i < streamCount; i++) {
                series.add(new JitteredWalk(i).fill(new PointBatch((int) (pointCount / streamCount))));
            }
            for (Load load : LOADS) {
                run(target, baseline, load, series, rows);
            }
        } finally {
            series.forEach(PointBatch::close);
        }
    }

    private void run(Target target, Baseline baseline, Load load, List<PointBatch> series, Rows rows)
            throws IOException {
        remark("ingest, " + load.name());
        OptionalLong segmentBytesBefore = target.segmentBytes();
        Run run;
        long warmPoints;
        OptionalLong writtenBytes;
        try (DistilClient client = target.connect(DistilClientOptions.DEFAULT)) {
            warmPoints = new Run(client, load, series, load.share() * 0.3).points;
            writtenBytes = target.writtenBytes();
            run = new Run(client, load, series, load.share());
            target.awaitTrees(client);
        }
        double treeSeconds = (System.nanoTime() - run.beginNanos) / 1e9;
        if (writtenBytes.isPresent()) {
            writtenBytes = OptionalLong.of(target.writtenBytes().orElseThrow() - writtenBytes.getAsLong());
        }
        OptionalLong segmentBytes = target.segmentBytes();
        double pointsPerSecond = run.points / run.seconds;
        rows.text("load", load.name())
                .integer("batch_points", load.batchPoints())
                .integer("in_flight", load.inFlight())
                .integer("points", run.points)
                .rounded("points_per_s", rounded(pointsPerSecond))
                .rounded("batches_per_s", rounded(pointsPerSecond / load.batchPoints()))
                .rounded("ack_p50_us", rounded(run.loader.latencies().getValueAtPercentile(50) / 1e3))
                .rounded("ack_p99_us", rounded(run.loader.latencies().getValueAtPercentile(99) / 1e3))
                .rounded("ack_max_us", rounded(run.loader.latencies().getMaxValue() / 1e3))
                .rounded("points_per_s_to_trees", rounded(run.points / treeSeconds));
        if (writtenBytes.isPresent()) {
            double segments = segmentBytes.orElseThrow() - segmentBytesBefore.orElseThrow();
            rows.rounded("disk_bytes_per_point", rounded(segments / (run.points + warmPoints)))
                    .rounded(
                            "written_per_acked_byte",
                            rounded(writtenBytes.getAsLong() / (double) (run.points * BYTES_PER_POINT)));
        } else {
            rows.absent("disk_bytes_per_point").absent("written_per_acked_byte");
        }
        rows.rounded(
                "of_device_write",
                rounded(pointsPerSecond * BYTES_PER_POINT / baseline.device().writeBytesPerSecond()));
        rows.end();
    }

    /// One pass over the points, into streams of its own, with all that was buffered flushed behind it.
    private final class Run {
        private final Loader loader;
        private final long beginNanos;
        private final double seconds;
        private final long points;

        Run(DistilClient client, Load load, List<PointBatch> series, double share) throws IOException {
            List<StreamId> streams = new ArrayList<>();
            for (int i = 0; i < series.size(); i++) {
                streams.add(Loader.createStream(client, "ingest"));
            }
            loader = new Loader(client, load.inFlight());
            beginNanos = System.nanoTime();
            points = insertAll(load, series, streams, share);
            loader.await();
            seconds = (System.nanoTime() - beginNanos) / 1e9;
            for (StreamId stream : streams) {
                Loader.join(client.flush(stream));
            }
        }

        private long insertAll(Load load, List<PointBatch> series, List<StreamId> streams, double share)
                throws IOException {
            long deadline = beginNanos + TimeUnit.SECONDS.toNanos(secondsMax);
            long inserted = 0;
            int perStream = (int) Math.max(load.batchPoints(), series.getFirst().count() * share);
            for (int from = 0; from < perStream; from += load.batchPoints()) {
                for (int i = 0; i < streams.size(); i++) {
                    PointColumns batch = slice(series.get(i), from, load.batchPoints());
                    loader.insert(streams.get(i), batch);
                    inserted += batch.count();
                }
                if (System.nanoTime() - deadline > 0) {
                    break;
                }
            }
            return inserted;
        }

        private static PointColumns slice(PointBatch series, int from, int countMax) {
            int count = Math.min(countMax, series.count() - from);
            return new PointColumns(
                    series.times().asSlice(8L * from, 8L * count),
                    series.values().asSlice(8L * from, 8L * count),
                    count);
        }
    }
}
