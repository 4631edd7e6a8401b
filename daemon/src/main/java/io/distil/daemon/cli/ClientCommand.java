package io.distil.daemon.cli;

import io.distil.base.api.Consistency;
import io.distil.base.api.Store;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// What all commands share that speak to a daemon: they find it, ask, and print rows.
@Command(
        mixinStandardHelpOptions = false,
        sortOptions = false,
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        abbreviateSynopsis = true)
public abstract class ClientCommand implements Callable<Integer> {
    /// The environment variable that names a daemon.
    public static final String SERVER_VARIABLE = "DISTIL_SERVER";

    @Spec private CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT[,…]",
            order = 90,
            description = "The daemon, or several of one cluster; else $DISTIL_SERVER, else 127.0.0.1:7700.")
    private String server;

    @Option(
            names = "--consistency",
            paramLabel = "HOW",
            order = 90,
            converter = ConsistencyConverter.class,
            description = "What reads may show: linearizable (default), leader, or stale:MS.")
    private Consistency consistency = Consistency.LINEARIZABLE;

    @Option(names = "--json", order = 91, description = "Answer with one JSON object a line; times in nanoseconds.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = 92,
            description = "Print this help and exit.")
    private boolean helpAsked;

    private final CommandContext context;

    protected ClientCommand(CommandContext context) {
        this.context = context;
    }

    /// Does the command. A {@link io.distil.base.Refused} or `IOException` becomes a sentence and exit code 1.
    protected abstract void run(Store store) throws Exception;

    @Override
    public final Integer call() throws Exception {
        checkUsage();
        try (Store store = context.opener().open(addresses())) {
            run(consistency.equals(Consistency.LINEARIZABLE) ? store : store.at(consistency));
        }
        return Distil.DONE;
    }

    /// Looks at options before a connection is made; throws {@link #wrongUsage}.
    protected void checkUsage() {}

    protected final CommandContext context() {
        return context;
    }

    protected final boolean isJson() {
        return json;
    }

    /// Rows of an answer: a table, or JSON lines if they were asked for. Close them.
    protected final Rows rows() {
        return Rows.of(context.out(), json);
    }

    /// An answer that is a single thing: one line for each of its fields, or one JSON object. Close it.
    protected final Rows fields() {
        return Rows.fields(context.out(), json);
    }

    /// Answers with a sentence for people, or with one JSON object.
    protected final void answer(String sentence, Consumer<Rows> fields) throws IOException {
        try (Rows rows = json ? new JsonRows(context.out()) : new SentenceRows(context.out(), sentence)) {
            fields.accept(rows);
            rows.end();
        }
    }

    /// A remark for people that is no part of the answer; on standard error.
    protected final void remark(String sentence) {
        context.err().println("distil: " + sentence);
    }

    /// The stream called `COLLECTION/NAME` or by its UUID.
    protected final StreamInfo stream(StreamStore store, String name) throws IOException {
        return StreamNames.resolve(store, name);
    }

    /// Reads a time given on the command line.
    protected final long time(String option, String text) {
        return parsed(option, () -> TimeText.parse(text, context.clock().epochNanos()));
    }

    protected final ParameterException wrongUsage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /// Runs a parser of option values; what it cannot read is wrong usage.
    protected final <T> T parsed(String option, java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw wrongUsage("Invalid value for " + option + ": " + e.getMessage());
        }
    }

    /// Waits for a mutation, and throws what it failed with.
    protected static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            switch (Distil.cause(e)) {
                case RuntimeException failure -> throw failure;
                case IOException failure -> throw failure;
                default -> throw e;
            }
        }
    }

    private List<ServerAddress> addresses() {
        String fromEnvironment = context.environment().getOrDefault(SERVER_VARIABLE, "");
        if (server != null) {
            return parsed("option '--server'", () -> ServerAddress.parseAll(server));
        }
        if (!fromEnvironment.isEmpty()) {
            return parsed("the variable " + SERVER_VARIABLE, () -> ServerAddress.parseAll(fromEnvironment));
        }
        return List.of(ServerAddress.DEFAULT);
    }
}
