package io.distil.daemon.cli;

import io.distil.base.Refused;
import io.distil.base.Version;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `MAJOR` or `MAJOR.MINOR`.
public final class VersionConverter implements ITypeConverter<Version> {
    @Override
    public Version convert(String text) {
        try {
            return Version.parse(text);
        } catch (Refused e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
