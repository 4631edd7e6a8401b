package io.distil.daemon.cli;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Store;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import picocli.CommandLine.Option;

import java.io.IOException;

/// A command that reads rows and stores them in batches.
abstract class BulkCommand extends ClientCommand {
    @Option(
            names = "--merge",
            paramLabel = "POLICY",
            order = 20,
            description =
                    "What a point does to those already at its time: never (keep both, the default), equal (drop an"
                            + " identical one), retain (the old one wins), replace (the new one wins).")
    private MergePolicy policy = MergePolicy.NEVER;

    @Option(names = "--create", order = 21, description = "Create a stream that does not exist.")
    private boolean creates;

    @Option(
            names = "--skip-bad",
            order = 22,
            description = "Go on after a row that holds no point; the first ten are named on standard error.")
    private boolean skipsBad;

    BulkCommand(CommandContext context) {
        super(context);
    }

    /// Reads everything into the sink.
    protected abstract void read(StreamStore store, RowSink sink, Progress progress) throws IOException;

    /// Prints what was stored.
    protected abstract void report(StreamStore store) throws IOException;

    /// How much there is to read, in the measure of {@link Progress#update}; 0 if that is not known.
    protected abstract long total() throws IOException;

    @Override
    protected final void run(Store store) throws IOException {
        Progress progress = new Progress(context(), "points", total());
        RowSink sink;
        try (PointUploader uploader =
                new PointUploader(store, PointUploader.BATCH_POINTS, PointUploader.IN_FLIGHT_MAX)) {
            sink =
                    new RowSink(
                            uploader,
                            policy,
                            skipsBad,
                            sentence -> {
                                progress.erase();
                                remark(sentence);
                            });
            try {
                read(store, sink, progress);
                uploader.finish();
            } catch (BadRow e) {
                sink.abandon();
                uploader.finish();
                throw new BadRow(
                        e.getMessage() + "; " + stored(uploader, sink) + "; --skip-bad goes on after bad rows");
            } catch (IOException | RuntimeException e) {
                sink.abandon();
                progress.erase();
                throw withCount(e, uploader);
            }
        } finally {
            progress.erase();
        }
        if (!isJson() && total() > 0) {
            remark(progress.finish(sink.points()));
        }
        report(store);
    }

    /// The stream, created if that was asked for.
    protected final StreamInfo target(StreamStore store, String name) throws IOException {
        try {
            return stream(store, name);
        } catch (Refused e) {
            if (e.code() != ErrorCode.NO_SUCH_STREAM || !creates) {
                throw e;
            }
            return StreamCommands.create(store, name);
        }
    }

    private static String stored(PointUploader uploader, RowSink sink) {
        if (uploader.storedPointCount() == 0) {
            return "nothing was stored";
        }
        String count = uploader.storedPointCount() + " points were stored";
        return sink.sourceSentLine() == 0
                ? count + ", none of them from this file"
                : count + ", from this file those up to line " + sink.sourceSentLine();
    }

    /// A failure in the middle says how far it came, once all batches in flight have been answered.
    private static IOException withCount(Exception failure, PointUploader uploader) throws IOException {
        try {
            uploader.finish();
        } catch (IOException | RuntimeException alreadyKnown) {
            // The first failure, which is what is being thrown.
        }
        long stored = uploader.storedPointCount();
        if (stored == 0 || failure instanceof BrokenInvariant) {
            throw rethrown(failure);
        }
        return new IOException(failure.getMessage() + "; " + stored + " points had been stored", failure);
    }

    private static IOException rethrown(Exception failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        return (IOException) failure;
    }
}
