package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.api.ModelStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What surrounds the commands: help, versions, servers, exit codes, and output that goes nowhere.
class DistilTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "stream",
                "stream create",
                "stream ls",
                "stream info",
                "stream annotate",
                "stream obliterate",
                "import",
                "import csv",
                "insert",
                "delete",
                "flush",
                "points",
                "windows",
                "nearest",
                "changes",
                "plot",
                "generate"
            })
    void everyCommandExplainsItself(String command) {
        CommandRunner.Result result = new CommandRunner().run((command + " --help").split(" "));
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("Usage: distil " + command).contains("--help");
        assertThat(result.out().lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void helpListsTheCommandsAndExplainsOne() {
        assertThat(new CommandRunner().run("help").out())
                .contains("Commands:")
                .contains("  plot ")
                .contains("  import ");
        assertThat(new CommandRunner().run("--help").out()).contains("Commands:");
        assertThat(new CommandRunner().run("help", "points").out()).contains("Usage: distil points");
    }

    @Test
    void theVersionIsPrintedWithoutAStore() {
        CommandRunner.Result result =
                new CommandRunner(
                                _ -> {
                                    throw new IOException("nobody is asked");
                                })
                        .run("--version");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).startsWith("distil ").contains("(Java 25");
    }

    @Test
    void theServerIsTheOptionsElseTheEnvironmentsElseTheUsualOne() {
        List<ServerAddress> asked = new ArrayList<>();
        CommandRunner runner =
                new CommandRunner(addresses -> {
                    asked.clear();
                    asked.addAll(addresses);
                    return new TestStore(new ModelStore());
                });
        runner.run("status");
        assertThat(asked).containsExactly(new ServerAddress("127.0.0.1", 7700));
        runner.environment.put("DISTIL_SERVER", "node-1:1");
        runner.run("status");
        assertThat(asked).containsExactly(new ServerAddress("node-1", 1));
        runner.run("status", "--server", "node-2:2,node-3");
        assertThat(asked).containsExactly(new ServerAddress("node-2", 2), new ServerAddress("node-3", 7700));
        runner.environment.put("DISTIL_SERVER", "node-1:x");
        CommandRunner.Result result = runner.run("status");
        assertThat(result.exitCode()).isEqualTo(Distil.WRONG_USAGE);
        assertThat(result.err()).contains("the variable DISTIL_SERVER: 'node-1:x' is not HOST:PORT");
    }

    @Test
    void aServerThatDoesNotAnswerIsOneSentenceAndExitCodeOne() {
        CommandRunner.Result result =
                new CommandRunner(
                                address -> {
                                    throw new IOException("nobody answers at " + address.getFirst());
                                })
                        .run("points", "a/b", "--json");
        assertThat(result).isEqualTo(new CommandRunner.Result(1, "", "distil: nobody answers at 127.0.0.1:7700\n"));
    }

    @Test
    void aBugIsOneSentenceUnlessItsTraceIsAskedFor() {
        CommandRunner runner =
                new CommandRunner(_ -> {
                    throw new IllegalStateException("two\nlines");
                });
        CommandRunner.Result brief = runner.run("status");
        assertThat(brief.exitCode()).isEqualTo(Distil.FAILED);
        assertThat(brief.err())
                .isEqualTo("distil: internal error: IllegalStateException: two lines; --debug shows where\n");
        assertThat(runner.run("--debug", "status").err()).contains("\tat io.distil");
        assertThat(runner.run("status", "--debug").err()).contains("\tat io.distil");
    }

    @Test
    void aReaderWhoWentAwayIsNoFailure() {
        assertThat(runInto("Broken pipe")).isEqualTo(Map.entry(Distil.DONE, ""));
    }

    @Test
    void aFullDiskUnderStandardOutputIsAFailure() {
        assertThat(runInto("No space left on device"))
                .isEqualTo(Map.entry(Distil.FAILED, "distil: No space left on device\n"));
    }

    private static Map.Entry<Integer, String> runInto(String failure) {
        OutputStream out =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException(failure);
                    }
                };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandContext context =
                new CommandContext(
                        InputStream.nullInputStream(),
                        out,
                        new PrintStream(err),
                        Map.of(),
                        CommandContext.Terminal.NONE,
                        NanoClock.SYSTEM,
                        _ -> new TestStore(new ModelStore()));
        return Map.entry(Distil.run(context, "status"), err.toString());
    }

    @Test
    void longTablesStreamAndKeepTheirColumns() {
        CommandRunner runner = new CommandRunner();
        runner.run("generate", "--profile", "1hz", "--points", "3000", "--collection", "t");
        List<String> lines = runner.run("points", "t/s0").out().lines().toList();
        assertThat(lines).hasSize(3001);
        assertThat(lines.stream().map(String::length).distinct()).hasSize(1);
    }

    @Test
    void aStrangersTextCannotSteerTheTerminal() {
        CommandRunner runner = new CommandRunner();
        runner.run("stream", "create", "a/b", "--annotation", "note=\u001b[2Jgone");
        assertThat(runner.run("stream", "ls").out()).contains("note=?[2Jgone").doesNotContain("\u001b");
        assertThat(runner.run("stream", "ls", "--json").out()).contains("\\u001B[2Jgone");
    }
}
