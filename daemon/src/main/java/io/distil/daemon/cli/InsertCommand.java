package io.distil.daemon.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;

import io.distil.base.Version;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;

/// `distil insert`: points from standard input.
@Command(
        name = "insert",
        description = {
            "Inserts the points on standard input: JSON lines like {\"time\": 1441115100000000000, \"value\": 3.06}, or rows"
                    + " like 2015-09-01T13:45:00Z,3.06.",
            "Times are ISO-8601 or nanoseconds. Points go in batches, each stored whole or not at all."
        })
final class InsertCommand extends BulkCommand {
    private static final String SOURCE = "stdin";
    private static final long LINES_PER_REPORT = 1 << 14;

    @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
    private String streamName;

    private final JsonFactory json = new JsonFactory();
    private StreamInfo target;
    private long points;
    private long badRows;

    InsertCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected long total() {
        return 0;
    }

    @Override
    protected void read(StreamStore store, RowSink sink, Progress progress) throws IOException {
        target = target(store, streamName);
        PushbackInputStream in = new PushbackInputStream(context().in(), 1);
        int first = in.read();
        while (first == ' ' || first == '\t') {
            first = in.read();
        }
        if (first >= 0) {
            in.unread(first);
        }
        sink.begin(SOURCE, target.descriptor().id());
        if (first == '{') {
            readJsonLines(in, sink, progress);
        } else {
            CsvImport.Shape shape = new CsvImport.Shape(null, null, 1, ',');
            new CsvImport(SOURCE, new CsvReader(in, ','), shape, sink, _ -> progress.update(0, sink.points())).run();
        }
        sink.end();
        points = sink.sourcePoints();
        badRows = sink.sourceBadRows();
    }

    @Override
    protected void report(StreamStore store) throws IOException {
        Version version = store.info(target.descriptor().id()).version();
        answer(
                "inserted "
                        + points
                        + (points == 1 ? " point" : " points")
                        + " into "
                        + target.descriptor().path()
                        + ", now at version "
                        + version,
                rows ->
                        rows.text("stream", target.descriptor().path())
                                .integer("points", points)
                                .integer("bad", badRows)
                                .version(version));
    }

    private void readJsonLines(InputStream in, RowSink sink, Progress progress) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (!line.isBlank()) {
                readJson(line, number, sink);
            }
            if (number % LINES_PER_REPORT == 0) {
                progress.update(0, sink.points());
            }
        }
    }

    private void readJson(String line, long number, RowSink sink) throws IOException {
        long time = TimeParser.MALFORMED;
        double value = Double.NaN;
        try (JsonParser parser = json.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                sink.bad(number, "is not a JSON object");
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken token = parser.nextToken();
                if (field.equals("time")) {
                    time = time(parser, token);
                } else if (field.equals("value") && token.isNumeric()) {
                    value = parser.getDoubleValue();
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                sink.bad(number, "is not one JSON object");
                return;
            }
        } catch (JsonProcessingException e) {
            sink.bad(number, "is not JSON, at column " + e.getLocation().getColumnNr());
            return;
        }
        if (time == TimeParser.MALFORMED) {
            sink.bad(number, "has no \"time\" that is nanoseconds or ISO-8601");
        } else if (Double.isNaN(value)) {
            sink.bad(number, "has no \"value\" that is a number");
        } else {
            sink.accept(number, time, value);
        }
    }

    private static long time(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_STRING) {
            return TimeParser.MALFORMED;
        }
        byte[] text = parser.getText().getBytes(StandardCharsets.UTF_8);
        return new TimeParser(1).parse(text, 0, text.length);
    }
}
