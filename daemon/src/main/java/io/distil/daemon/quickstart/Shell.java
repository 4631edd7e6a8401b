package io.distil.daemon.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.ServerAddress;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Runs command lines of `distil` in this process as somebody at a terminal would type them, and asks the same questions
/// again with `--json` for whoever checks the answers. One owner thread.
final class Shell {
    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_./:=@,+^-]+");
    private static final byte[] NOTHING = {};
    private static final int SUGGESTION_COLUMNS = 36;

    private final CommandContext context;
    private final PrintStream out;
    private final String program;
    private final String server;
    private final ObjectMapper json = new ObjectMapper();

    /// @param program how the reader calls `distil` from where they are
    /// @param server the node's `HOST:PORT`
    Shell(CommandContext context, String program, String server) {
        this.context = context;
        this.out = new PrintStream(context.out(), true, StandardCharsets.UTF_8);
        this.program = program;
        this.server = server;
    }

    /// Prints a sentence or a paragraph.
    void say(String text) {
        out.println(text);
    }

    /// What to type when the node is gone.
    ///
    /// @param directory of the quickstart
    void sayNext(Path directory, Path data) {
        String option = directory.equals(QuickstartDirectory.DEFAULT) ? "" : " --data " + quoted(directory.toString());
        say("The node has stopped. What to type next:");
        suggest("quickstart --keep" + option, "this again, and the node stays");
        suggest("server --data " + quoted(data.toString()), "a node on the data of this run; Ctrl-C stops it");
        suggest("help", "all commands; 'help COMMAND' explains one");
    }

    /// What to type when the node stays.
    void sayNextWithNode(long process) {
        say("The node stays, on " + server + ". What to type next:");
        if (!server.equals(ServerAddress.DEFAULT.toString())) {
            say("  export " + ClientCommand.SERVER_VARIABLE + "=" + server);
        }
        suggest("plot nab/nyc_taxi", "seven months of taxi rides");
        suggest("windows nab/nyc_taxi --width 7d", "the same in weeks");
        suggest("status", "what the node says of itself");
        suggest("help", "all commands; 'help COMMAND' explains one");
        say("Stop the node with: kill " + process);
    }

    private void suggest(String words, String why) {
        say("  " + program + String.format(Locale.ROOT, " %-" + SUGGESTION_COLUMNS + "s  %s", words, why));
    }

    /// Prints a command and runs it; its answer goes where all answers go.
    ///
    /// @throws IOException if it fails; it has said why on standard error
    void run(String... words) throws IOException {
        runWithInput("", NOTHING, words);
    }

    /// The same with lines on standard input, as by `printf`.
    void runWithLines(List<String> lines, String... words) throws IOException {
        String typed = lines.stream().map(line -> line + "\\n").collect(Collectors.joining("", "printf '", "' | "));
        byte[] input =
                lines.stream().map(line -> line + "\n").collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8);
        runWithInput(typed, input, words);
    }

    private void runWithInput(String before, byte[] input, String... words) throws IOException {
        out.println(
                "$ "
                        + before
                        + program
                        + " "
                        + Arrays.stream(words).map(Shell::quoted).collect(Collectors.joining(" ")));
        if (Distil.run(surroundings(input, context.out()), expanded(words)) != Distil.DONE) {
            throw new IOException("the command above failed");
        }
        out.println();
    }

    /// Asks quietly.
    ///
    /// @return one object for each line of the answer
    List<JsonNode> ask(String... words) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        List<String> line = new ArrayList<>(List.of(expanded(words)));
        line.add("--json");
        if (Distil.run(surroundings(NOTHING, answer), line.toArray(String[]::new)) != Distil.DONE) {
            throw new IOException("'distil " + String.join(" ", line) + "' failed");
        }
        List<JsonNode> rows = new ArrayList<>();
        for (String row : answer.toString(StandardCharsets.UTF_8).lines().toList()) {
            rows.add(json.readTree(row));
        }
        return rows;
    }

    private CommandContext surroundings(byte[] input, OutputStream answers) {
        return new CommandContext(
                new ByteArrayInputStream(input),
                answers,
                context.err(),
                Map.of(ClientCommand.SERVER_VARIABLE, server),
                context.terminal(),
                context.clock(),
                context.opener());
    }

    /// How a word must be typed. One with a star is left to the shell that it is typed into.
    private static String quoted(String word) {
        int star = word.indexOf('*');
        if (star >= 0) {
            int slash = word.lastIndexOf('/', star) + 1;
            return (slash == 0 ? "" : quoted(word.substring(0, slash))) + word.substring(slash);
        }
        return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private static String[] expanded(String... words) throws IOException {
        List<String> all = new ArrayList<>();
        for (String word : words) {
            if (word.indexOf('*') < 0) {
                all.add(word);
            } else {
                all.addAll(files(word));
            }
        }
        return all.toArray(String[]::new);
    }

    /// The files of a pattern whose last name has the star, in order.
    static List<String> files(String pattern) throws IOException {
        Path path = Path.of(pattern);
        Path directory = path.getParent();
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, path.getFileName().toString())) {
            entries.forEach(entry -> names.add(entry.toString()));
        }
        names.sort(null);
        return names;
    }
}
