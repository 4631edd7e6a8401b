package io.distil.daemon.cli;

import io.distil.base.Refused;
import io.distil.base.api.Consistency;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `linearizable`, `leader`, or `stale:MS`.
final class ConsistencyConverter implements ITypeConverter<Consistency> {
    private static final String STALE = "stale:";

    @Override
    public Consistency convert(String text) {
        return switch (text) {
            case "linearizable" -> Consistency.LINEARIZABLE;
            case "leader" -> Consistency.LEADER;
            default -> stale(text);
        };
    }

    private static Consistency stale(String text) {
        try {
            if (text.startsWith(STALE)) {
                return new Consistency.BoundedStale(Long.parseLong(text.substring(STALE.length())));
            }
        } catch (NumberFormatException | Refused e) {
            // Said below, together with all that is no consistency.
        }
        throw new TypeConversionException("'" + text + "' is not linearizable, leader or stale:MILLISECONDS");
    }
}
