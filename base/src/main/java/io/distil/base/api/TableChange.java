package io.distil.base.api;

import io.distil.base.Version;

import java.util.Optional;

/// What became of a key.
///
/// @param version of the table at which it became so; in a difference of two versions: of the present row, or that of the
///     later version if the key is gone
/// @param value what the key has now, or empty if it is gone
public record TableChange(byte[] key, Version version, Optional<byte[]> value) {}
