package io.distil.daemon.cli;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// `distil stream create|ls|info|annotate|obliterate`: streams themselves, not their points.
final class StreamCommands {
    private StreamCommands() {}

    static CommandLine of(CommandContext context) {
        return Group.of("stream", "Creates, lists, describes, annotates and obliterates streams.")
                .addSubcommand("create", new Create(context))
                .addSubcommand("ls", new Ls(context))
                .addSubcommand("info", new Info(context))
                .addSubcommand("annotate", new Annotate(context))
                .addSubcommand("obliterate", new Obliterate(context));
    }

    /// Creates the stream `COLLECTION/NAME` under a random UUID.
    static StreamInfo create(StreamStore store, String name) throws IOException {
        return create(store, descriptor(name, StreamId.of(UUID.randomUUID()), Map.of(), Map.of()));
    }

    private static StreamInfo create(StreamStore store, StreamDescriptor descriptor) throws IOException {
        Outcome outcome = ClientCommand.await(store.submit(new Mutation.Create(descriptor)));
        return new StreamInfo(descriptor, outcome.version());
    }

    private static StreamDescriptor descriptor(
            String name, StreamId id, Map<String, String> tags, Map<String, String> annotations) {
        StreamNames.Path path = StreamNames.Path.parse(name);
        Map<String, String> allTags = new TreeMap<>(tags);
        allTags.put(StreamDescriptor.NAME_TAG, path.name());
        return new StreamDescriptor(id, path.collection(), allTags, annotations, 1);
    }

    /// Programs get every field; people get the name they would type, and what else there is to know.
    private static void describe(Rows rows, StreamInfo stream, boolean isJson) {
        StreamDescriptor d = stream.descriptor();
        if (!isJson) {
            Map<String, String> otherTags = new TreeMap<>(d.tags());
            otherTags.remove(StreamDescriptor.NAME_TAG);
            rows.text("stream", d.name().isEmpty() ? d.collection() : d.path())
                    .version(stream.version())
                    .text("uuid", d.id().toString())
                    .texts("tags", otherTags)
                    .texts("annotations", d.annotations());
            return;
        }
        rows.text("uuid", d.id().toString())
                .text("collection", d.collection())
                .text("name", d.name())
                .texts("tags", d.tags())
                .texts("annotations", d.annotations())
                .integer("propertyVersion", d.propertyVersion())
                .version(stream.version());
    }

    @Command(name = "create", description = "Creates a stream.")
    private static final class Create extends ClientCommand {
        @Parameters(index = "0", paramLabel = "COLLECTION/NAME", description = "Split at the last slash.")
        private String name;

        @Option(names = "--uuid", paramLabel = "UUID", order = 1, description = "Its UUID; else a random one.")
        private UUID uuid;

        @Option(
                names = "--tag",
                paramLabel = "KEY=VALUE",
                order = 2,
                description = "A further tag, part of its identity.")
        private Map<String, String> tags = Map.of();

        @Option(names = "--annotation", paramLabel = "KEY=VALUE", order = 3, description = "What people say about it.")
        private Map<String, String> annotations = Map.of();

        Create(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            StreamId id = StreamId.of(uuid == null ? UUID.randomUUID() : uuid);
            StreamInfo stream = create(store, descriptor(name, id, tags, annotations));
            answer("created " + stream.descriptor().path() + " as " + id, rows -> describe(rows, stream, isJson()));
        }
    }

    @Command(name = "ls", description = "Lists streams by collection, tags and annotations.")
    private static final class Ls extends ClientCommand {
        private static final int PAGE_STREAMS = 1000;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "PREFIX",
                description = "Collections that start so; else all.")
        private String prefix = "";

        @Option(
                names = "--tag",
                paramLabel = "KEY[=VALUE]",
                order = 1,
                mapFallbackValue = Option.NULL_VALUE,
                description = "Only streams with this tag, and with this value if one is given.")
        private Map<String, Optional<String>> tags = Map.of();

        @Option(
                names = "--annotation",
                paramLabel = "KEY[=VALUE]",
                order = 2,
                mapFallbackValue = Option.NULL_VALUE,
                description = "Only streams with this annotation, and with this value if one is given.")
        private Map<String, Optional<String>> annotations = Map.of();

        Ls(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            try (StreamCursor streams = store.find(new StreamFilter(prefix, true, tags, annotations));
                    Rows rows = rows()) {
                for (var page = streams.next(PAGE_STREAMS); !page.isEmpty(); page = streams.next(PAGE_STREAMS)) {
                    for (StreamInfo stream : page) {
                        describe(rows, stream, isJson());
                        rows.end();
                    }
                }
            }
        }
    }

    @Command(name = "info", description = "Describes a stream and what is in it.")
    private static final class Info extends ClientCommand {
        @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
        private String name;

        Info(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            StreamInfo stream = stream(store, name);
            try (StreamSnapshot snapshot = store.snapshot(stream.descriptor().id(), VersionSelector.LATEST);
                    WindowBatch all = new WindowBatch(1);
                    WindowCursor windows = snapshot.alignedWindows(TimeRange.ALL, Times.SPAN_WIDTH_LOG2);
                    Rows rows = fields()) {
                describe(rows, new StreamInfo(stream.descriptor(), snapshot.version()), isJson());
                if (!isJson()) {
                    rows.integer("property version", stream.descriptor().propertyVersion());
                }
                if (windows.next(all) == 0) {
                    rows.integer("count", 0).end();
                    return;
                }
                TimeRange extent = QueryCommand.extent(snapshot).orElseThrow();
                rows.integer("count", all.points(0))
                        .time("first", extent.from())
                        .time("last", extent.until() - 1)
                        .number("min", all.min(0))
                        .rounded("mean", all.mean(0))
                        .number("max", all.max(0))
                        .rounded("stddev", all.stddev(0))
                        .end();
            }
        }
    }

    @Command(name = "annotate", description = "Sets and removes annotations.")
    private static final class Annotate extends ClientCommand {
        @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
        private String name;

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "KEY=VALUE", description = "Annotations to set.")
        private Map<String, String> changes = Map.of();

        @Option(names = "--remove", paramLabel = "KEY", order = 1, description = "An annotation to remove.")
        private List<String> removals = List.of();

        @Option(
                names = "--property-version",
                paramLabel = "N",
                order = 2,
                description = "Refuse unless the stream is at this property version; else whatever it is at.")
        private Long propertyVersion;

        Annotate(CommandContext context) {
            super(context);
        }

        @Override
        protected void checkUsage() {
            if (changes.isEmpty() && removals.isEmpty()) {
                throw wrongUsage("Nothing to set or to remove");
            }
        }

        @Override
        protected void run(Store store) throws IOException {
            StreamInfo stream = stream(store, name);
            long expected = propertyVersion == null ? stream.descriptor().propertyVersion() : propertyVersion;
            Outcome outcome =
                    await(
                            store.submit(
                                    new Mutation.Annotate(
                                            stream.descriptor().id(), expected, changes, Set.copyOf(removals))));
            answer(
                    stream.descriptor().path() + " is at property version " + outcome.propertyVersion(),
                    rows -> rows.integer("propertyVersion", outcome.propertyVersion()));
        }
    }

    @Command(
            name = "obliterate",
            description =
                    "Forgets a stream, its points and all its versions, for good. Its UUID can never be used again.")
    private static final class Obliterate extends ClientCommand {
        @Parameters(index = "0", paramLabel = "STREAM", description = "COLLECTION/NAME or a UUID.")
        private String name;

        Obliterate(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            StreamInfo stream = stream(store, name);
            Version last = stream.version();
            await(store.submit(new Mutation.Obliterate(stream.descriptor().id())));
            answer(
                    "obliterated "
                            + stream.descriptor().path()
                            + " ("
                            + stream.descriptor().id()
                            + ") at version "
                            + last,
                    rows -> rows.text("uuid", stream.descriptor().id().toString()));
        }
    }
}
