package io.distil.base;

/// The version of a stream: which commit (`major`), and how many buffered mutations were accepted since (`minor`).
///
/// A stream is born at 0.0. Every accepted mutation that stays in the buffer raises `minor` by one, whatever the number of
/// points in it; every commit raises `major` and sets `minor` to zero. A minor version is a position, not an amount.
public record Version(long major, long minor) implements Comparable<Version> {
    /// Created, and never written.
    public static final Version ZERO = new Version(0, 0);

    public Version {
        if (major < 0 || minor < 0) {
            throw new Refused(ErrorCode.INVALID_VERSION, "version " + major + "." + minor + " is negative");
        }
    }

    public static Version ofMajor(long major) {
        return new Version(major, 0);
    }

    /// Reads `MAJOR` or `MAJOR.MINOR`, decimal.
    public static Version parse(String text) {
        try {
            int dot = text.indexOf('.');
            return dot < 0
                    ? new Version(Long.parseLong(text), 0)
                    : new Version(Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
        } catch (NumberFormatException e) {
            throw new Refused(ErrorCode.INVALID_VERSION, "'" + text + "' is not a version; write MAJOR or MAJOR.MINOR");
        }
    }

    public Version nextMinor() {
        return new Version(major, minor + 1);
    }

    public Version nextMajor() {
        return new Version(major + 1, 0);
    }

    @Override
    public int compareTo(Version other) {
        int byMajor = Long.compare(major, other.major);
        return byMajor != 0 ? byMajor : Long.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
