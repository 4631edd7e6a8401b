package io.distil.daemon.cli;

import io.distil.base.Version;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/// An answer, written cell by cell: for people as a table or as lines, for programs as JSON. Every row has the same fields in
/// the same order.
///
/// A cell's name is its JSON field and its heading. One owner thread.
public interface Rows extends AutoCloseable {
    /// Rows on `out`: a table, or JSON lines. Closing them leaves `out` open.
    static Rows of(OutputStream out, boolean json) {
        return json ? new JsonRows(out) : new TableRows(out);
    }

    /// An answer that is a single thing, on `out`: one line for each of its fields, or one JSON object.
    static Rows fields(OutputStream out, boolean json) {
        return json ? new JsonRows(out) : new FieldRows(out);
    }

    Rows text(String name, String value);

    Rows integer(String name, long value);

    /// A value exactly as it is stored.
    Rows number(String name, double value);

    /// A computed value: exact in JSON, six digits for people.
    Rows rounded(String name, double value);

    /// Nanoseconds since the epoch in JSON, ISO-8601 for people.
    Rows time(String name, long nanos);

    /// `major` and `minor` in JSON, one `version` for people.
    Rows version(Version version);

    /// An object in JSON, `key=value, …` for people.
    Rows texts(String name, Map<String, String> values);

    /// An array in JSON, `one, two, …` for people.
    Rows list(String name, List<String> values);

    /// Nothing where another row has something: null in JSON, `-` for people.
    Rows absent(String name);

    /// Ends a row.
    void end() throws IOException;

    /// Brings what was ended to the reader now, for an answer that goes on for a long time.
    void flush() throws IOException;

    @Override
    void close() throws IOException;
}
