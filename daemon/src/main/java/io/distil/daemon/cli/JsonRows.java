package io.distil.daemon.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import io.distil.base.Version;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/// One JSON object a line.
final class JsonRows implements Rows {
    private static final int DRAIN_BYTES = 32 << 10;

    private final AnswerOutput out;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(2 * DRAIN_BYTES);
    private final JsonGenerator json;
    private boolean insideRow;

    JsonRows(OutputStream out) {
        this.out = new AnswerOutput(out);
        json = toMemory(() -> new JsonFactory().createGenerator(pending).setRootValueSeparator(null));
    }

    @Override
    public Rows text(String name, String value) {
        return field(name, () -> json.writeString(value));
    }

    @Override
    public Rows integer(String name, long value) {
        return field(name, () -> json.writeNumber(value));
    }

    @Override
    public Rows number(String name, double value) {
        return field(name, () -> json.writeNumber(value));
    }

    @Override
    public Rows rounded(String name, double value) {
        return number(name, value);
    }

    @Override
    public Rows time(String name, long nanos) {
        return integer(name, nanos);
    }

    @Override
    public Rows version(Version version) {
        return integer("major", version.major()).integer("minor", version.minor());
    }

    @Override
    public Rows texts(String name, Map<String, String> values) {
        return field(
                name,
                () -> {
                    json.writeStartObject();
                    for (var entry : values.entrySet()) {
                        json.writeStringField(entry.getKey(), entry.getValue());
                    }
                    json.writeEndObject();
                });
    }

    @Override
    public Rows list(String name, List<String> values) {
        return field(
                name,
                () -> {
                    json.writeStartArray();
                    for (String value : values) {
                        json.writeString(value);
                    }
                    json.writeEndArray();
                });
    }

    @Override
    public Rows absent(String name) {
        return field(name, json::writeNull);
    }

    @Override
    public void end() throws IOException {
        json.writeEndObject();
        json.writeRaw('\n');
        insideRow = false;
        json.flush();
        if (pending.size() >= DRAIN_BYTES) {
            drain();
        }
    }

    @Override
    public void flush() throws IOException {
        drain();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        drain();
        out.close();
    }

    private void drain() throws IOException {
        pending.writeTo(out);
        pending.reset();
    }

    private Rows field(String name, Writing value) {
        toMemory(() -> {
            if (!insideRow) {
                insideRow = true;
                json.writeStartObject();
            }
            json.writeFieldName(name);
            value.write();
            return this;
        });
        return this;
    }

    private interface Writing {
        void write() throws IOException;
    }

    private interface Making<T> {
        T make() throws IOException;
    }

    /// Jackson declares the errors of a file everywhere; memory has none.
    private static <T> T toMemory(Making<T> making) {
        try {
            return making.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
