package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Whole sessions of commands against a fresh store, compared with files that a person can review. In a script, `$` begins a
/// command, `<` lines are its standard input, `!` lines its standard error, `[exit N]` its exit code where it is not 0; all
/// else is its standard output.
///
/// `-Ddistil.golden=rewrite` writes what is found into the files, to be looked at with `git diff`.
class GoldenScriptsTest {
    private static final Path HOME = Path.of("src/test/resources/io/distil/daemon/cli");
    private static final boolean REWRITES = "rewrite".equals(System.getProperty("distil.golden"));
    private static final String DATA = "{data}";

    static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(HOME.resolve("golden"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void everySessionAnswersAsItsFileSays(Path script) throws IOException {
        String wanted = Files.readString(script);
        String found = play(wanted);
        if (REWRITES) {
            Files.writeString(script, found);
        }
        assertThat(found).isEqualTo(REWRITES ? found : wanted);
    }

    private static String play(String script) {
        CommandRunner runner = new CommandRunner();
        List<String> lines = script.lines().toList();
        StringBuilder found = new StringBuilder();
        int i = 0;
        while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
            found.append(lines.get(i++)).append('\n');
        }
        while (i < lines.size()) {
            String command = lines.get(i++);
            StringBuilder input = new StringBuilder();
            found.append(command).append('\n');
            while (i < lines.size() && lines.get(i).startsWith("<")) {
                found.append(lines.get(i)).append('\n');
                input.append(lines.get(i++).replaceFirst("^< ?", "")).append('\n');
            }
            List<String> after = new ArrayList<>();
            while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
                after.add(lines.get(i++));
            }
            found.append(answer(runner, command, input.toString()));
            // Empty lines and remarks before the next command belong to the script.
            int remarks = after.size();
            while (remarks > 0 && (after.get(remarks - 1).isEmpty() || after.get(remarks - 1).startsWith("# "))) {
                remarks--;
            }
            after.subList(remarks, after.size()).forEach(line -> found.append(line).append('\n'));
        }
        return found.toString();
    }

    private static String answer(CommandRunner runner, String command, String input) {
        String data = HOME.resolve("data").toString();
        String[] words = command.substring("$ distil".length()).strip().replace(DATA, data).split("\\s+");
        CommandRunner.Result result = runner.runWith(input, words[0].isEmpty() ? new String[0] : words);
        StringBuilder text = new StringBuilder(result.out());
        result.err().lines().forEach(line -> text.append("! ").append(line).append('\n'));
        if (result.exitCode() != 0) {
            text.append("[exit ").append(result.exitCode()).append("]\n");
        }
        return text.toString().replace(data, DATA);
    }
}
