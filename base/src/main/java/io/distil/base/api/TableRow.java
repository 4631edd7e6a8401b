package io.distil.base.api;

import io.distil.base.Version;

/// A key and its value.
///
/// @param version of the table that the row's last write made; never seen twice for one key with different values
public record TableRow(byte[] key, byte[] value, Version version) {}
