package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.base.api.Store;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `distil generate`: made-up load, the same for the same seed.
@Command(
        name = "generate",
        description = {
            "Stores made-up points: streams COLLECTION/s0, s1, …, created where they are missing. The same options give the"
                    + " same points.",
            "Profiles: phasor-120hz (angles in single precision), 1hz (temperatures), minutely (counts), irregular (a random"
                    + " walk at random times), jittered-walk (10 Hz, times ±50 µs, three decimals)."
        })
final class GenerateCommand extends ClientCommand {
    /// In turns between the streams, as points arrive from many sources at once.
    private static final int BATCH_POINTS = 10_000;

    @Option(names = "--profile", paramLabel = "P", order = 1, description = "The kind of series; else jittered-walk.")
    private String profileName = LoadProfile.JITTERED_WALK.label();

    @Option(names = "--streams", paramLabel = "N", order = 2, description = "How many streams; else 1.")
    private int streamCount = 1;

    @Option(names = "--points", paramLabel = "N", order = 3, description = "How many points for each; else 100000.")
    private long pointCount = 100_000;

    @Option(names = "--seed", paramLabel = "N", order = 4, description = "Of the random numbers; else 7.")
    private long seed = 7;

    @Option(
            names = "--start",
            paramLabel = "TIME",
            order = 5,
            description = "The time of the first points; else 2023-11-14T22:13:20Z.")
    private String start = "1700000000000000000";

    @Option(
            names = "--collection",
            paramLabel = "C",
            order = 6,
            description = "Of the streams; else generated/PROFILE.")
    private String collection;

    @Option(
            names = "--merge",
            paramLabel = "POLICY",
            order = 7,
            description = "never, equal, retain or replace; else never.")
    private MergePolicy policy = MergePolicy.NEVER;

    private LoadProfile profile;
    private long startNanos;

    GenerateCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        profile = parsed("option '--profile'", () -> LoadProfile.parse(profileName));
        startNanos = time("option '--start'", start);
        if (streamCount < 1 || pointCount < 0) {
            throw wrongUsage("There must be at least one stream, and no fewer than 0 points");
        }
        if (collection == null) {
            collection = "generated/" + profile.label();
        }
    }

    @Override
    protected void run(Store store) throws IOException {
        List<StreamId> ids = new ArrayList<>();
        List<SyntheticSeries> series = new ArrayList<>();
        for (int i = 0; i < streamCount; i++) {
            ids.add(target(store, "s" + i));
            series.add(profile.series(seed, i, startNanos));
        }
        long total = streamCount * pointCount;
        Progress progress = new Progress(context(), "points", total);
        try (PointUploader uploader = new PointUploader(store, BATCH_POINTS, PointUploader.IN_FLIGHT_MAX)) {
            for (long done = 0; done < pointCount; done += BATCH_POINTS) {
                for (int i = 0; i < streamCount; i++) {
                    PointBatch batch = uploader.take();
                    series.get(i).fill(batch, pointCount - done);
                    uploader.send(ids.get(i), batch, policy);
                    progress.update(done * streamCount, uploader.storedPointCount());
                }
            }
            uploader.finish();
        } finally {
            progress.erase();
        }
        if (!isJson()) {
            remark(progress.finish(total));
        }
        answer(
                "generated " + pointCount + " points in each of " + streamCount + " streams of " + collection,
                rows ->
                        rows.text("collection", collection)
                                .text("profile", profile.label())
                                .integer("seed", seed)
                                .integer("streams", streamCount)
                                .integer("points", total));
    }

    private StreamId target(StreamStore store, String name) throws IOException {
        List<StreamInfo> found = StreamNames.find(store, StreamFilter.ofName(collection, name), 2);
        if (found.size() > 1) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "several streams are called " + collection + "/" + name);
        }
        StreamInfo stream = found.isEmpty() ? StreamCommands.create(store, collection + "/" + name) : found.getFirst();
        return stream.descriptor().id();
    }
}
