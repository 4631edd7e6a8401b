package io.distil.base.api;

/// A small named piece of durable state, kept beside the streams.
///
/// @param revision 1 when first written, one more at each change; never reused for the same content
public record StoredRecord(String key, long revision, byte[] value) {}
