package io.distil.daemon.cli;

/// The version this program was built as.
final class BuildVersion {
    private BuildVersion() {}

    /// From the jar's manifest; classes outside a jar have none.
    static String text() {
        String version = BuildVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    static String[] lines() {
        return new String[] {"distil " + text() + " (Java " + Runtime.version() + ")"};
    }
}
