package io.distil.wire.server;

import io.distil.base.Version;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableWatch;
import io.distil.wire.frame.Answer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The changes of a watch as chunks: first an empty one, which says that the watch is open, then every batch, cut where it
/// is larger than a chunk.
final class WatchSource implements ChunkSource {
    private final TableWatch watch;
    private Version through;
    private boolean isCatchUp;
    private boolean isOpen;
    private List<TableChange> rest = List.of();

    WatchSource(TableWatch watch, Version since) {
        this.watch = watch;
        this.through = since;
    }

    @Override
    public Answer.Chunk next() throws IOException {
        if (!isOpen) {
            isOpen = true;
            return new Answer.Watched(through, false, true, List.of());
        }
        if (rest.isEmpty()) {
            TableWatch.Batch batch = watch.next(Duration.ZERO);
            if (batch == null) {
                return NOTHING_YET;
            }
            through = batch.through();
            isCatchUp = batch.isCatchUp();
            rest = batch.changes();
        }
        List<TableChange> part = new ArrayList<>();
        for (long bytes = 0; bytes < LIST_CHUNK_BYTES && part.size() < rest.size(); ) {
            TableChange change = rest.get(part.size());
            bytes += Questions.bytesMax(change);
            part.add(change);
        }
        rest = rest.subList(part.size(), rest.size());
        return new Answer.Watched(through, isCatchUp, rest.isEmpty(), part);
    }

    @Override
    public void close() {
        watch.close();
    }
}
