package io.distil.daemon.cli;

import io.distil.base.Version;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `distil import csv`: files of rows into streams.
final class ImportCommands {
    private static final String STANDARD_INPUT = "-";
    private static final String FILE_PLACEHOLDER = "{file}";

    private ImportCommands() {}

    static CommandLine of(CommandContext context) {
        return Group.of("import", "Loads files into streams.").addSubcommand("csv", new Csv(context));
    }

    /// What a bare number in a column of times counts.
    enum TimeUnit {
        S(1_000_000_000L),
        MS(1_000_000L),
        US(1_000L),
        NS(1L);

        private final long nanos;

        TimeUnit(long nanos) {
            this.nanos = nanos;
        }
    }

    @Command(
            name = "csv",
            description = {
                "Loads comma-separated files: a column of times and a column of values.",
                "Times are ISO-8601 ('2015-09-01 13:45:00' too; UTC without a zone) or numbers since 1970. Rows go in batches,"
                        + " each stored whole or not at all."
            })
    private static final class Csv extends BulkCommand {
        @Parameters(index = "0", arity = "1..*", paramLabel = "FILE", description = "Files; '-' is standard input.")
        private List<String> files;

        @Option(
                names = "--stream",
                required = true,
                paramLabel = "STREAM",
                order = 1,
                description =
                        "COLLECTION/NAME or a UUID; '{file}' in it stands for the file's name without its ending.")
        private String streamName;

        @Option(
                names = "--time-column",
                paramLabel = "C",
                order = 2,
                description =
                        "Heading, or number from 1; else a column called time, timestamp, date, datetime or ts, else"
                                + " the first.")
        private String timeColumn;

        @Option(
                names = "--value-column",
                paramLabel = "C",
                order = 3,
                description =
                        "Heading, or number from 1; else a column called value, else the first that is not the time.")
        private String valueColumn;

        @Option(
                names = "--time-unit",
                paramLabel = "UNIT",
                order = 4,
                description = "What a bare number counts: s, ms, us or ns.")
        private TimeUnit timeUnit;

        @Option(names = "--separator", paramLabel = "CHAR", order = 5, description = "Between columns; ',' by default.")
        private char separator = ',';

        private final List<Loaded> loaded = new ArrayList<>();

        Csv(CommandContext context) {
            super(context);
        }

        private record Loaded(String file, StreamInfo stream, long points, long badRows) {}

        @Override
        protected void checkUsage() {
            if (separator == '"' || separator == '\n' || separator == '\r' || separator > 127) {
                throw wrongUsage("Invalid value for option '--separator': it must be one ASCII character, not a quote");
            }
        }

        @Override
        protected long total() throws IOException {
            long bytes = 0;
            for (String file : files) {
                if (!file.equals(STANDARD_INPUT)) {
                    if (!Files.exists(Path.of(file))) {
                        throw new NoSuchFileException(file);
                    }
                    bytes += Files.size(Path.of(file));
                }
            }
            return bytes;
        }

        @Override
        protected void read(StreamStore store, RowSink sink, Progress progress) throws IOException {
            CsvImport.Shape shape =
                    new CsvImport.Shape(timeColumn, valueColumn, timeUnit == null ? 0 : timeUnit.nanos, separator);
            Map<String, StreamInfo> targets = new HashMap<>();
            long bytesBefore = 0;
            for (String file : files) {
                String name = streamName.replace(FILE_PLACEHOLDER, baseName(file));
                StreamInfo target = targets.get(name);
                if (target == null) {
                    target = target(store, name);
                    targets.put(name, target);
                }
                long before = bytesBefore;
                try (CsvReader csv = new CsvReader(open(file), separator)) {
                    sink.begin(file, target.descriptor().id());
                    new CsvImport(file, csv, shape, sink, at -> progress.update(before + at, sink.points())).run();
                    sink.end();
                    bytesBefore += csv.position();
                }
                loaded.add(new Loaded(file, target, sink.sourcePoints(), sink.sourceBadRows()));
            }
        }

        @Override
        protected void report(StreamStore store) throws IOException {
            try (Rows rows = rows()) {
                for (Loaded file : loaded) {
                    Version version = store.info(file.stream().descriptor().id()).version();
                    rows.text("file", file.file())
                            .text("stream", file.stream().descriptor().path())
                            .integer("points", file.points())
                            .integer("bad", file.badRows())
                            .version(version)
                            .end();
                }
            }
        }

        private InputStream open(String file) throws IOException {
            if (file.equals(STANDARD_INPUT)) {
                return context().in();
            }
            if (Files.isDirectory(Path.of(file))) {
                throw new IOException(file + " is a directory");
            }
            return Files.newInputStream(Path.of(file));
        }

        private static String baseName(String file) {
            String name = file.substring(file.lastIndexOf('/') + 1);
            int dot = name.lastIndexOf('.');
            return dot > 0 ? name.substring(0, dot) : name;
        }
    }
}
