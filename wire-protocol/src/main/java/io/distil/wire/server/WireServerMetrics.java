package io.distil.wire.server;

import io.distil.base.ErrorCode;

import java.util.Map;

/// What a {@link WireServer} has done so far, and holds now.
///
/// @param errorsByCode answers that were errors
/// @param frameBytesHeld memory of frames whose requests are not done
public record WireServerMetrics(
        long connectionsAccepted,
        long connectionsOpen,
        long framesIn,
        long framesOut,
        long bytesIn,
        long bytesOut,
        long mutationsInFlight,
        long readsInFlight,
        long snapshotsHeld,
        long frameBytesHeld,
        Map<ErrorCode, Long> errorsByCode) {}
