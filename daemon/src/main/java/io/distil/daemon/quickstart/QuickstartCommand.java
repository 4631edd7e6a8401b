package io.distil.daemon.quickstart;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/// `distil quickstart`: starts a node, tells the story, and says whether every answer was right.
@Command(
        name = "quickstart",
        sortOptions = false,
        description = {
            "Shows Distil with real series: starts a node, loads files, asks, keeps a distillate right through a correction.",
            "Every answer is compared with a direct computation on the files. The last line is 'quickstart: ok', and the"
                    + " exit code 0, only if all are equal."
        })
final class QuickstartCommand implements Callable<Integer> {
    /// The launcher's word of where the project lies; without a launcher it is the current directory.
    private static final String ROOT_PROPERTY = "distil.root";

    /// The launcher's word of how it was called.
    private static final String PROGRAM_PROPERTY = "distil.program";

    private final CommandContext context;
    private final UnaryOperator<Series> files;

    @Option(names = "--keep", order = 1, description = "Leave the node running, on 127.0.0.1:7700 if that is free.")
    private boolean keeps;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            order = 2,
            description =
                    "The quickstart's directory; 'distil-quickstart' unless given. An earlier quickstart's is emptied.")
    private Path data = QuickstartDirectory.DEFAULT;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = 3,
            description = "Print this help and exit.")
    private boolean helpAsked;

    QuickstartCommand(CommandContext context) {
        this(context, UnaryOperator.identity());
    }

    /// @param files what the direct computation sees of each file, so that a test can show it something else
    QuickstartCommand(CommandContext context, UnaryOperator<Series> files) {
        this.context = context;
        this.files = files;
    }

    @Override
    public Integer call() throws IOException {
        Path shipped = shippedFiles();
        QuickstartDirectory directory = QuickstartDirectory.claim(data);
        Checks checks = new Checks(context.err());
        boolean isRight;
        Shell shell;
        try (QuickstartNode node = keeps ? KeptNode.start(directory, context.clock()) : EmbeddedNode.start(directory)) {
            shell = new Shell(context, program(), node.listen());
            isRight = tell(new Quickstart(shell, checks, context.clock(), shipped, files), node);
            if (isRight && node instanceof KeptNode kept) {
                kept.keep();
                shell.sayNextWithNode(kept.processId());
            }
        }
        if (isRight && !keeps) {
            shell.sayNext(data, directory.data());
        }
        shell.say(isRight ? "quickstart: ok" : "quickstart: failed");
        return isRight ? Distil.DONE : Distil.FAILED;
    }

    private boolean tell(Quickstart quickstart, QuickstartNode node) {
        try {
            return quickstart.tell(node.description());
        } catch (IOException | Refused e) {
            context.err().println("quickstart: " + e.getMessage());
            return false;
        }
    }

    /// The directory `quickstart/` of the project, as the reader would write it.
    private static Path shippedFiles() {
        Path here = Path.of("").toAbsolutePath();
        Path root = Path.of(System.getProperty(ROOT_PROPERTY, here.toString()));
        Path shipped = root.resolve("quickstart");
        if (!Files.isDirectory(shipped)) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no directory "
                            + shipped
                            + ", which ships with Distil; -D"
                            + ROOT_PROPERTY
                            + " names"
                            + " the directory it lies in");
        }
        return shipped.startsWith(here) ? here.relativize(shipped) : shipped;
    }

    private static String program() {
        return System.getProperty(PROGRAM_PROPERTY, "./distil");
    }
}
