package io.distil.base.api;

import io.distil.base.Version;

/// Which version of a stream to show.
public sealed interface VersionSelector {
    /// The present one, with what is buffered.
    record Latest() implements VersionSelector {}

    /// A retained major version, or a minor version if it is the present one.
    record Exactly(Version version) implements VersionSelector {}

    VersionSelector LATEST = new Latest();

    static VersionSelector at(Version version) {
        return new Exactly(version);
    }
}
