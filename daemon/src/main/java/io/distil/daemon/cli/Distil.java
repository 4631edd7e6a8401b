package io.distil.daemon.cli;

import io.distil.base.NanoClock;
import io.distil.base.Refused;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/// The entry of `./distil`: the table of commands, and what becomes of their errors.
///
/// Only the command that was asked for is built: reading the annotations of all of them takes longer than most of them
/// run.
@Command(
        name = "distil",
        description = "Stores streams of the physical world, and what is computed from them.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {"", "'distil COMMAND --help' explains a command."})
public final class Distil implements Runnable {
    /// Done.
    public static final int DONE = ExitCode.OK;

    /// Refused or failed, with a sentence on standard error.
    public static final int FAILED = ExitCode.SOFTWARE;

    /// Not a command line that can be understood.
    public static final int WRONG_USAGE = ExitCode.USAGE;

    private static final String HELP = "help";
    private static final int HELP_COLUMNS = 100;
    private static final Map<String, Function<CommandContext, Object>> COMMANDS = commands();

    @Spec private CommandLine.Model.CommandSpec spec;

    @Option(names = "--version", versionHelp = true, description = "Print the version and exit.")
    private boolean versionAsked;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    @Option(names = "--debug", description = "Print the stack trace of a failure.")
    private boolean debug;

    private Distil() {}

    private static Map<String, Function<CommandContext, Object>> commands() {
        Map<String, Function<CommandContext, Object>> table = new LinkedHashMap<>();
        table.put("status", StatusCommand::new);
        table.put("stream", StreamCommands::of);
        table.put("import", ImportCommands::of);
        table.put("insert", InsertCommand::new);
        table.put("delete", DeleteCommand::new);
        table.put("flush", FlushCommand::new);
        table.put("points", PointsCommand::new);
        table.put("windows", WindowsCommand::new);
        table.put("nearest", NearestCommand::new);
        table.put("changes", ChangesCommand::new);
        table.put("plot", PlotCommand::new);
        table.put("generate", GenerateCommand::new);
        table.put("distillate", DistillateCommands::of);
        return table;
    }

    public static void main(String[] args) {
        CommandContext context =
                new CommandContext(
                        new FileInputStream(FileDescriptor.in),
                        new FileOutputStream(FileDescriptor.out),
                        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                        System.getenv(),
                        CommandContext.Terminal.ofLauncher(),
                        NanoClock.SYSTEM,
                        NetworkOpener.INSTANCE);
        System.exit(run(context, args));
    }

    /// Runs one command line to its end.
    ///
    /// @return the exit code
    public static int run(CommandContext context, String... args) {
        PrintWriter out = new PrintWriter(context.out(), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(context.err(), true, StandardCharsets.UTF_8);
        boolean debug = Arrays.asList(args).contains("--debug");
        List<String> words = Arrays.stream(args).filter(a -> !a.equals("--debug")).toList();
        CommandLine line =
                commandLine(context, words)
                        .setOut(out)
                        .setErr(err)
                        .setUsageHelpWidth(HELP_COLUMNS)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .setParameterExceptionHandler((e, _) -> explainUsage(e))
                        .setExecutionExceptionHandler((e, _, _) -> explainFailure(e, debug, context.err()));
        return line.execute(words.toArray(String[]::new));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static CommandLine commandLine(CommandContext context, List<String> words) {
        CommandLine root = new CommandLine(new Distil());
        root.getCommandSpec().versionProvider(BuildVersion::lines);
        String asked = words.stream().filter(w -> !w.startsWith("-")).findFirst().orElse("");
        if (COMMANDS.containsKey(asked)) {
            return root.addSubcommand(asked, COMMANDS.get(asked).apply(context));
        }
        if (words.contains("--version")) {
            return root;
        }
        Map<String, Function<CommandContext, Object>> all = new LinkedHashMap<>(COMMANDS);
        ServiceLoader.load(CommandProvider.class).forEach(provider -> all.putAll(provider.commands()));
        if (all.containsKey(asked)) {
            return root.addSubcommand(asked, all.get(asked).apply(context));
        }
        all.forEach((name, command) -> root.addSubcommand(name, command.apply(context)));
        return root.addSubcommand(HELP, new CommandLine.HelpCommand());
    }

    private static int explainUsage(ParameterException e) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(
                "distil: " + usageSentence(e, line) + "; see '" + line.getCommandSpec().qualifiedName() + " --help'");
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        return WRONG_USAGE;
    }

    /// Picocli begins its sentences in upper case, ours follow a colon.
    private static String usageSentence(ParameterException e, CommandLine line) {
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !line.getSubcommands().isEmpty()
                && !unmatched.isUnknownOption()) {
            return "there is no command '" + unmatched.getUnmatched().getFirst() + "'";
        }
        String sentence = oneLine(e.getMessage());
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    private static int explainFailure(Exception thrown, boolean debug, PrintStream err) {
        Throwable failure = cause(thrown);
        if (failure instanceof ClosedOutput) {
            return DONE;
        }
        err.println("distil: " + sentence(failure));
        if (debug) {
            failure.printStackTrace(err);
        }
        return FAILED;
    }

    /// What happened, without the wrappings of futures.
    static Throwable cause(Throwable thrown) {
        Throwable failure = thrown;
        while ((failure instanceof CompletionException || failure instanceof ExecutionException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }

    private static String sentence(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case Refused _ -> oneLine(message);
            case java.nio.file.NoSuchFileException e -> "there is no file " + e.getFile();
            case java.nio.file.AccessDeniedException e -> "file " + e.getFile() + " may not be read";
            case IOException _ when message != null -> oneLine(message);
            default ->
                    "internal error: "
                            + failure.getClass().getSimpleName()
                            + (message == null ? "" : ": " + oneLine(message))
                            + "; --debug shows where";
        };
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
