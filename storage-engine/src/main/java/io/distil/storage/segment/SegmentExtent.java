package io.distil.storage.segment;

/// How much of a segment file a checkpoint refers to.
///
/// @param bytes from the start of the file on, whole pages: written, synced and never to be written again
public record SegmentExtent(int segmentNumber, long bytes) {}
