package io.distil.wire.server;

import io.distil.base.ErrorCode;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// The counters behind {@link WireServerMetrics}; written by every thread of the server.
final class ServerCounters {
    final LongAdder connectionsAccepted = new LongAdder();
    final LongAdder connectionsOpen = new LongAdder();
    final LongAdder framesIn = new LongAdder();
    final LongAdder framesOut = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder mutationsInFlight = new LongAdder();
    final LongAdder readsInFlight = new LongAdder();
    final LongAdder snapshotsHeld = new LongAdder();
    private final Map<ErrorCode, LongAdder> errorsByCode = new EnumMap<>(ErrorCode.class);

    ServerCounters() {
        for (ErrorCode code : ErrorCode.values()) {
            errorsByCode.put(code, new LongAdder());
        }
    }

    void countError(ErrorCode code) {
        errorsByCode.get(code).increment();
    }

    WireServerMetrics read(long frameBytesHeld) {
        Map<ErrorCode, Long> errors = new EnumMap<>(ErrorCode.class);
        errorsByCode.forEach((code, count) -> {
            if (count.sum() > 0) {
                errors.put(code, count.sum());
            }
        });
        return new WireServerMetrics(
                connectionsAccepted.sum(),
                connectionsOpen.sum(),
                framesIn.sum(),
                framesOut.sum(),
                bytesIn.sum(),
                bytesOut.sum(),
                mutationsInFlight.sum(),
                readsInFlight.sum(),
                snapshotsHeld.sum(),
                frameBytesHeld,
                errors);
    }
}
