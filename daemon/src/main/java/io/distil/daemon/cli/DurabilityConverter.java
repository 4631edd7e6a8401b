package io.distil.daemon.cli;

import io.distil.base.Refused;
import io.distil.base.api.Durability;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `leader`, `majority`, `all` or a count of nodes.
public final class DurabilityConverter implements ITypeConverter<Durability> {
    /// Of every option that takes a level.
    public static final String DESCRIPTION =
            "On how many nodes' disks it must be before it is answered: leader, majority (default), all, or a count.";

    @Override
    public Durability convert(String text) {
        try {
            return Durability.of(text);
        } catch (Refused e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
