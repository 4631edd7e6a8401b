package io.distil.replication.tablet;

import io.distil.base.api.TableWatch;

import java.io.IOException;
import java.time.Duration;

/// A watch of rows that may become another group's: then it is refused, and who watches goes on there from the last version.
final class OwnedWatch implements TableWatch {
    /// So long at most it takes to notice that the tablet has left, when nothing happens beside.
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final TableWatch body;
    private final Runnable check;

    /// @param check throws `WRONG_TABLET` once the rows are not this group's any more
    OwnedWatch(TableWatch body, Runnable check) {
        this.body = body;
        this.check = check;
    }

    @Override
    public Batch next(Duration timeout) throws IOException {
        Duration left = timeout;
        while (true) {
            boolean isLast = left.compareTo(LOOK) <= 0;
            Batch batch = body.next(isLast ? left : LOOK);
            if (batch != null) {
                return batch;
            }
            // After looking for changes: what was written before the tablet left was handed out.
            check.run();
            if (isLast) {
                return null;
            }
            left = left.minus(LOOK);
        }
    }

    @Override
    public void close() {
        body.close();
    }
}
