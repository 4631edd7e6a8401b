package io.distil.storage.segment;

/// What a sync has made durable; kept in the checkpoint, for the next open.
///
/// @param nextSegmentNumber the first segment number a reopened store may write: every file from it on is debris
/// @param bytes in all segment files, headers and padding included
public record SegmentMark(int nextSegmentNumber, long bytes) {}
