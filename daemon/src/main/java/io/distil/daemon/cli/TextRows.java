package io.distil.daemon.cli;

import io.distil.base.Version;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The forms that are for people: every cell becomes a text.
abstract class TextRows implements Rows {
    /// How a missing cell is shown.
    static final String ABSENT = "-";

    /// @param isNumber aligned to the right
    protected abstract void cell(String name, String text, boolean isNumber);

    @Override
    public final Rows text(String name, String value) {
        cell(name, printable(value), false);
        return this;
    }

    @Override
    public final Rows integer(String name, long value) {
        cell(name, Long.toString(value), true);
        return this;
    }

    @Override
    public final Rows number(String name, double value) {
        cell(name, NumberText.exact(value), true);
        return this;
    }

    @Override
    public final Rows rounded(String name, double value) {
        cell(name, NumberText.sixDigits(value), true);
        return this;
    }

    @Override
    public final Rows time(String name, long nanos) {
        cell(name, TimeText.format(nanos), false);
        return this;
    }

    @Override
    public final Rows version(Version version) {
        cell("version", version.toString(), false);
        return this;
    }

    @Override
    public final Rows texts(String name, Map<String, String> values) {
        String all =
                values.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(", "));
        cell(name, all.isEmpty() ? ABSENT : printable(all), false);
        return this;
    }

    @Override
    public final Rows list(String name, List<String> values) {
        return text(name, String.join(", ", values));
    }

    @Override
    public final Rows absent(String name) {
        cell(name, ABSENT, true);
        return this;
    }

    /// A stranger's text must not steer the terminal.
    private static String printable(String text) {
        return text.isEmpty() ? ABSENT : text.replaceAll("\\p{Cntrl}", "?");
    }
}
