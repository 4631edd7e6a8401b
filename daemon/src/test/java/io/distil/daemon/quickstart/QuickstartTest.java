package io.distil.daemon.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.NetworkOpener;
import io.distil.daemon.quickstart.Series.Point;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// The whole quickstart, with real nodes and the shipped series.
class QuickstartTest {
    private static final String MACHINE = "machine_temperature_system_failure";

    @TempDir private Path temporary;

    private record Result(int exitCode, String out, String err) {
        String lastLine() {
            return out.lines().toList().getLast();
        }
    }

    @BeforeAll
    static void nameTheProjectsDirectory() {
        System.setProperty("distil.root", Path.of("..").toAbsolutePath().normalize().toString());
    }

    @AfterAll
    static void forgetTheProjectsDirectory() {
        System.clearProperty("distil.root");
    }

    @Test
    void everyAnswerIsRightAndASecondRunInTheSameDirectoryCanKeepItsNode() throws Exception {
        long before = offHeapBytes();
        Path directory = temporary.resolve("new").resolve("quickstart");
        Result first = quickstart(UnaryOperator.identity(), "--data", directory.toString());
        assertRight(first);
        assertThat(first.out())
                .contains("$ ./distil import csv ", " --stream 'nab/{file}' --create")
                .contains("$ ./distil windows nab/" + MACHINE + " --width 1h --from 2013-12-16 --to 2013-12-17")
                .contains("$ printf '2013-12-16T17:20:00Z,12.8\\n")
                .contains("./distil server --data " + directory.resolve("data"));
        assertThat(offHeapBytes()).isEqualTo(before);

        Result second = quickstart(UnaryOperator.identity(), "--keep", "--data", directory.toString());
        Properties marker = marker(directory);
        ProcessHandle node = ProcessHandle.of(Long.parseLong(marker.getProperty("process"))).orElseThrow();
        try {
            assertRight(second);
            assertThat(second.out()).contains("Stop the node with: kill " + node.pid());
            String listen = marker.getProperty("listen");
            assertThat(run(Map.of("DISTIL_SERVER", listen), "distillate", "ls").out())
                    .contains("machine-temperature-1h");
            Result third = quickstart(UnaryOperator.identity(), "--data", directory.toString());
            assertThat(third.exitCode()).isEqualTo(Distil.FAILED);
            assertThat(third.err())
                    .contains(
                            "a node still runs on "
                                    + directory
                                    + ": process "
                                    + node.pid()
                                    + ", listening on "
                                    + listen);
            assertThat(directory.resolve("data")).isNotEmptyDirectory();
        } finally {
            node.destroy();
            node.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    private static void assertRight(Result result) {
        assertThat(result.err()).matches("distil: \\S+ k points in .*\\R");
        assertThat(result.lastLine()).isEqualTo("quickstart: ok");
        assertThat(result.exitCode()).isEqualTo(Distil.DONE);
        assertThat(result.out()).contains("0 differ");
    }

    @Test
    void oneValueThatIsNotWhatTheFileSaysIsNamedAndFailsTheRun() {
        Result result =
                quickstart(
                        series -> series.name().equals(MACHINE) ? withOneValueOff(series) : series,
                        "--data",
                        temporary.resolve("quickstart").toString());
        assertThat(result.err())
                .contains("quickstart: nab/" + MACHINE + ", point 1000 at 2013-12-06T08:35:00Z: value is ")
                .contains(", the file says ");
        assertThat(result.lastLine()).isEqualTo("quickstart: failed");
        assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
    }

    @Test
    void aDirectoryThatNoQuickstartMadeIsLeftAsItIs() throws IOException {
        Path precious = Files.createDirectories(temporary.resolve("data")).resolve("precious");
        Files.writeString(precious, "years of work");
        Result result = quickstart(UnaryOperator.identity(), "--data", temporary.toString());
        assertThat(result.exitCode()).isEqualTo(Distil.FAILED);
        assertThat(result.err()).contains(temporary + " holds files, and no quickstart made it");
        assertThat(precious).hasContent("years of work");
        assertThat(temporary.resolve("quickstart.properties")).doesNotExist();
    }

    @Test
    void whatAQuickstartDidNotMakeSurvivesInItsDirectory() throws IOException {
        QuickstartDirectory first = QuickstartDirectory.claim(temporary.resolve("quickstart"));
        Path elsewhere = Files.writeString(temporary.resolve("elsewhere"), "precious");
        Path notes = Files.writeString(first.path().resolve("notes.txt"), "mine");
        Files.createDirectories(first.data().resolve("log"));
        Files.createSymbolicLink(first.data().resolve("log").resolve("link"), elsewhere);
        QuickstartDirectory second = QuickstartDirectory.claim(first.path());
        assertThat(second.data()).doesNotExist();
        assertThat(notes).hasContent("mine");
        assertThat(elsewhere).hasContent("precious");
    }

    private static Properties marker(Path directory) throws IOException {
        Properties marker = new Properties();
        try (Reader text = Files.newBufferedReader(directory.resolve("quickstart.properties"))) {
            marker.load(text);
        }
        return marker;
    }

    private static Series withOneValueOff(Series series) {
        List<Point> points = new ArrayList<>(series.points());
        Point right = points.get(1000);
        points.set(1000, new Point(right.time(), Math.nextUp(right.value())));
        return new Series(series.name(), points);
    }

    private static Result quickstart(UnaryOperator<Series> files, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandContext context = context(out, err, Map.of());
        CommandLine line =
                new CommandLine(new QuickstartCommand(context, files))
                        .setExecutionExceptionHandler((e, _, _) -> {
                            context.err().println(e.getMessage());
                            return Distil.FAILED;
                        });
        return result(line.execute(words), out, err);
    }

    private static Result run(Map<String, String> environment, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        return result(Distil.run(context(out, err, environment), words), out, err);
    }

    private static CommandContext context(
            ByteArrayOutputStream out, ByteArrayOutputStream err, Map<String, String> environment) {
        return new CommandContext(
                new ByteArrayInputStream(new byte[0]),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                CommandContext.Terminal.NONE,
                NanoClock.SYSTEM,
                NetworkOpener.INSTANCE);
    }

    private static Result result(int exitCode, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static long offHeapBytes() {
        long bytes = 0;
        for (MemoryOwner owner : MemoryOwner.values()) {
            bytes += OffHeap.bytes(owner);
        }
        return bytes;
    }
}
