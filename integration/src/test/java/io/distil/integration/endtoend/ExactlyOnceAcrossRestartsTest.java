package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.integration.crash.DaemonProcess;
import io.distil.wire.client.DistilClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// A client that does not know whether its insert arrived sends it again under the same tag; the store applies it once,
/// whatever happened to the daemon in between.
class ExactlyOnceAcrossRestartsTest {
    private static final StreamId ID = new StreamId(7, 7);
    private static final WriteTag TAG = new WriteTag(0x1234, 0x5678, 1);

    @TempDir private Path data;

    @Test
    void anInsertRepeatedAfterKillsAndStopsIsAppliedOnce() throws Exception {
        Outcome first;
        try (DaemonProcess daemon = DaemonProcess.start(data);
                DistilClient client = DistilClient.connect(daemon.host(), daemon.port())) {
            client.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
            first = insert(client);
            daemon.kill();
        }
        // Replayed from the log, then read from a checkpoint, then both again.
        for (boolean isKilled : new boolean[] {false, false, true, true, false}) {
            try (DaemonProcess daemon = DaemonProcess.start(data);
                    DistilClient client = DistilClient.connect(daemon.host(), daemon.port())) {
                // Where it stands in the log is not remembered for a repetition.
                assertThat(insert(client)).as("outcome of the repetition").isEqualTo(first.at(LogPosition.NONE));
                assertThat(count(client)).isEqualTo(3);
                assertThat(client.info(ID).version()).isEqualTo(first.version());
                if (isKilled) {
                    daemon.kill();
                } else {
                    assertThat(daemon.stop()).isZero();
                }
            }
        }
    }

    private static Outcome insert(DistilClient client) {
        try (PointBatch batch = new PointBatch(3)) {
            batch.append(10, 1).append(20, 2).append(20, 2);
            return client.submit(new Mutation.Insert(ID, batch.columns(), MergePolicy.NEVER), TAG).join();
        }
    }

    private static int count(DistilClient client) throws IOException {
        try (StreamSnapshot snapshot = client.snapshot(ID, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(100)) {
            return cursor.next(batch);
        }
    }
}
