package io.distil.base.api;

import io.distil.base.Version;

/// A stream's description and its present version.
public record StreamInfo(StreamDescriptor descriptor, Version version) {}
