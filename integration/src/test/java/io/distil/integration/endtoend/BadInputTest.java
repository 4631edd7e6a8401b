package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.integration.crash.DaemonProcess;
import io.distil.wire.client.DistilClient;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;

/// Every kind of bad request gets its own code and a sentence, stores nothing, and leaves the daemon as it was.
class BadInputTest {
    private static final StreamId ID = new StreamId(1, 1);
    private static final StreamId UNKNOWN = new StreamId(9, 9);

    @TempDir private static Path data;

    private static DaemonProcess daemon;
    private static DistilClient client;
    private static Shell shell;
    private static long goodPoints;

    @BeforeAll
    static void start() throws IOException {
        daemon = DaemonProcess.start(data);
        client = DistilClient.connect(daemon.host(), daemon.port());
        shell = Shell.on(daemon);
        client.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        assertThat(daemon.stop()).isZero();
    }

    /// What was refused left nothing, and a good request is taken.
    @AfterEach
    void theDaemonGoesOn() throws IOException {
        assertThat(count()).as("points stored").isEqualTo(goodPoints);
        Version before = client.info(ID).version();
        insert(goodPoints, 1.5);
        goodPoints++;
        assertThat(count()).isEqualTo(goodPoints);
        assertThat(client.info(ID).version()).isEqualTo(before.nextMinor());
    }

    private static long count() throws IOException {
        try (StreamSnapshot snapshot = client.snapshot(ID, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(1000)) {
            return cursor.next(batch);
        }
    }

    private static void insert(long time, double value) {
        insert(ID, time, value);
    }

    private static void insert(StreamId id, long time, double value) {
        try (PointBatch batch = new PointBatch(2)) {
            batch.append(12345, 1).append(time, value);
            if (Double.isFinite(value) && Times.isLegal(time) && id.equals(ID)) {
                batch.clear();
                batch.append(time, value);
            }
            client.submit(new Mutation.Insert(id, batch.columns(), MergePolicy.NEVER)).join();
        }
    }

    private static void assertRefused(ErrorCode code, String sentencePart, ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        assertThat(cause).isInstanceOf(Refused.class);
        assertThat(((Refused) cause).code()).isEqualTo(code);
        assertThat(cause).hasMessageContaining(sentencePart);
    }

    private static void assertCommandRefused(String sentencePart, String... words) {
        Shell.Result result = shell.run(words);
        assertThat(result.exitCode()).as(String.join(" ", words)).isEqualTo(1);
        assertThat(result.err()).startsWith("distil: ").contains(sentencePart).containsOnlyOnce("\n");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void valuesThatAreNotFiniteRefuseTheWholeBatch() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertRefused(ErrorCode.INVALID_VALUE, "point 1: value " + value, () -> insert(5, value));
        }
    }

    @Test
    void timesOutsideTheLegalSpanRefuseTheWholeBatch() {
        for (long time : new long[] {Times.MIN - 1, Times.LIMIT, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertRefused(ErrorCode.INVALID_TIME, "point 1: time " + time, () -> insert(time, 1));
        }
    }

    @Test
    void reversedAndEmptyRangesAreRefusedApart() {
        assertCommandRefused("is reversed", "points", "c/n", "--from", "20", "--to", "10");
        assertCommandRefused("is empty", "points", "c/n", "--from", "10", "--to", "10");
        assertCommandRefused("is reversed", "delete", "c/n", "--from", "20", "--to", "10");
        assertRefused(ErrorCode.INVALID_TIME_RANGE, "leaves the legal times", () -> new TimeRange(0, Long.MAX_VALUE));
    }

    @Test
    void unknownStreamsAreNamed() {
        assertRefused(ErrorCode.NO_SUCH_STREAM, UNKNOWN.toString(), () -> insert(UNKNOWN, 5, 1));
        assertRefused(ErrorCode.NO_SUCH_STREAM, UNKNOWN.toString(), () -> client.info(UNKNOWN));
        assertRefused(
                ErrorCode.NO_SUCH_STREAM, UNKNOWN.toString(), () -> client.snapshot(UNKNOWN, VersionSelector.LATEST));
        assertCommandRefused("c/m", "points", "c/m");
    }

    @Test
    void duplicateStreamsAreRefusedByIdAndByName() {
        assertRefused(ErrorCode.STREAM_ID_EXISTS, "exists", () -> create(ID, "other"));
        assertRefused(ErrorCode.STREAM_NAME_EXISTS, "has a stream with tags", () -> create(UNKNOWN, "n"));
    }

    private static void create(StreamId id, String name) {
        client.submit(new Mutation.Create(new StreamDescriptor(id, "c", Map.of("name", name), Map.of(), 1))).join();
    }

    @Test
    void widthsOfZeroAndBeyondTheSpanAreRefused() throws IOException {
        try (StreamSnapshot snapshot = client.snapshot(ID, VersionSelector.LATEST)) {
            assertRefused(ErrorCode.INVALID_WIDTH, "2^63", () -> snapshot.alignedWindows(TimeRange.ALL, 63).close());
            assertRefused(ErrorCode.INVALID_WIDTH, "2^-1", () -> snapshot.alignedWindows(TimeRange.ALL, -1).close());
            assertRefused(
                    ErrorCode.INVALID_WIDTH,
                    "0",
                    () -> {
                        try (var windows = snapshot.windows(TimeRange.ALL, 0, 0);
                                var batch = new WindowBatch(1)) {
                            windows.next(batch);
                        }
                    });
        }
    }

    @Test
    void aStalePropertyVersionChangesNothing() throws IOException {
        assertRefused(
                ErrorCode.STALE_PROPERTY_VERSION,
                "at property version 1, not 7",
                () -> client.submit(new Mutation.Annotate(ID, 7, Map.of("unit", "F"), Set.of())).join());
        assertThat(client.info(ID).descriptor().annotations()).isEmpty();
    }

    @Test
    void versionsThatDoNotExistAreRefused() {
        for (Version version : new Version[] {Version.ofMajor(99), new Version(0, 5000)}) {
            assertRefused(
                    ErrorCode.VERSION_NOT_AVAILABLE,
                    "version " + version + " of stream",
                    () -> client.snapshot(ID, VersionSelector.at(version)));
        }
        assertRefused(ErrorCode.INVALID_VERSION, "negative", () -> new Version(-1, 0));
        assertCommandRefused("version 99.0", "points", "c/n", "--version", "99");
    }

    @Test
    void anOversizedBatchIsRefusedBeforeItIsSent() {
        assertRefused(
                ErrorCode.BATCH_TOO_LARGE,
                "at most " + PointColumns.COUNT_MAX,
                () -> new PointColumns(MemorySegment.NULL, MemorySegment.NULL, PointColumns.COUNT_MAX + 1));
    }

    @Test
    void aWrongMagicIsAnsweredInASentenceAndTheConnectionClosed() throws IOException {
        assertThat(answerTo("GET / HTTP/1.1\r\nHost: distil\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                .contains("DSTL");
    }

    @Test
    void aMalformedFrameIsAnsweredInASentenceAndTheConnectionClosed() throws IOException {
        byte[] bytes =
                ByteBuffer.allocate(40)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put("DSTL".getBytes(StandardCharsets.US_ASCII))
                        .putShort((short) 1)
                        .putShort((short) 1)
                        .putInt(Integer.MAX_VALUE)
                        .array();
        assertThat(answerTo(bytes)).contains("frame");
    }

    /// What the daemon says before it closes the connection, as text.
    private static String answerTo(byte[] bytes) throws IOException {
        try (Socket socket = new Socket(daemon.host(), daemon.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
