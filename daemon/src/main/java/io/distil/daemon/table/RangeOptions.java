package io.distil.daemon.table;

import io.distil.base.api.KeyRange;

import picocli.CommandLine.Option;

import java.util.function.BiFunction;

/// Which keys are meant: `--from` and `--until`, or `--prefix`; without any, all.
final class RangeOptions {
    @Option(names = "--from", paramLabel = "KEY", order = 1, description = "First key inside; else the first there is.")
    private String from;

    @Option(
            names = "--until",
            paramLabel = "KEY",
            order = 2,
            description = "First key outside; else just after the last.")
    private String until;

    @Option(names = "--prefix", paramLabel = "KEY", order = 3, description = "Only keys that begin so.")
    private String prefix;

    /// @return what is wrong with the options, or null
    String wrong() {
        return prefix != null && (from != null || until != null) ? "--prefix goes without --from and --until" : null;
    }

    /// @param bytes reads what was typed for an option
    KeyRange range(BiFunction<String, String, byte[]> bytes) {
        if (prefix != null) {
            return KeyRange.prefix(bytes.apply("option '--prefix'", prefix));
        }
        return new KeyRange(
                from == null ? new byte[0] : bytes.apply("option '--from'", from),
                until == null ? null : bytes.apply("option '--until'", until));
    }
}
