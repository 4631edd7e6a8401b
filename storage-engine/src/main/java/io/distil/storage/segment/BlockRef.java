package io.distil.storage.segment;

/// Where a block lies, how long it is, and in which version of its tree it was written. All three are checked when it
/// is read.
///
/// @param address segment number in the upper 24 bits, byte offset in the lower 40
/// @param bytes length of the body, without header and padding
/// @param version of the tree it belongs to; under the block's checksum
public record BlockRef(long address, int bytes, long version) {}
