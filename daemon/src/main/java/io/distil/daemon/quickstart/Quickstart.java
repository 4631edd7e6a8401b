package io.distil.daemon.quickstart;

import com.fasterxml.jackson.databind.JsonNode;

import io.distil.base.NanoClock;
import io.distil.daemon.quickstart.Series.Point;
import io.distil.daemon.quickstart.Series.Window;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// The story, in the order it is told: load, ask, derive, correct, compare. Each step shows commands and then checks their
/// answers, asked for once more with `--json`.
final class Quickstart {
    private static final String COLLECTION = "nab";
    private static final String MACHINE = "machine_temperature_system_failure";
    private static final String MACHINE_STREAM = COLLECTION + "/" + MACHINE;

    // As in quickstart/moving-mean.yaml.
    private static final String DISTILLATE = "machine-temperature-1h";
    private static final String MEAN_STREAM = "derived/machine_temperature_mean_1h";
    private static final String STDDEV_STREAM = "derived/machine_temperature_stddev_1h";

    private static final long HOUR_NANOS = 3_600_000_000_000L;

    /// The day on which the machine was stopped and started again.
    private static final String[] DAY = {"--from", "2013-12-16", "--to", "2013-12-17"};

    private static final List<Point> CORRECTIONS =
            List.of(
                    new Point(1_387_214_400_000_000_000L, 12.8),
                    new Point(1_387_214_700_000_000_000L, 19.2),
                    new Point(1_387_215_000_000_000_000L, 25.6));

    /// A distillate may write a little more than what differs: it rounds changed ranges to at most a sixteenth of its margins.
    private static final long RANGE_MARGIN_NANOS = HOUR_NANOS / 16;

    private static final long POLL_MILLIS = 50;
    private static final long CURRENT_NANOS_MAX = 120_000_000_000L;

    private final Shell shell;
    private final Checks checks;
    private final NanoClock clock;
    private final Path shipped;
    private final UnaryOperator<Series> seen;
    private final Map<String, Series> files = new LinkedHashMap<>();

    /// @param shipped the project's directory `quickstart/`
    /// @param seen what the direct computation is shown of a file
    Quickstart(Shell shell, Checks checks, NanoClock clock, Path shipped, UnaryOperator<Series> seen) {
        this.shell = shell;
        this.checks = checks;
        this.clock = clock;
        this.shipped = shipped;
        this.seen = seen;
    }

    /// @param node a sentence about the node
    /// @return whether every answer was right
    /// @throws IOException if a command failed
    boolean tell(String node) throws IOException {
        shell.say(node);
        shell.say("");
        load();
        ask();
        distil();
        Corrected corrected = correct();
        compare(corrected);
        shell.say(
                String.format(
                        Locale.ROOT,
                        "%,d values in answers were compared with a direct computation on the files; %,d differ.%n",
                        checks.comparedCount(),
                        checks.differenceCount()));
        return checks.differenceCount() == 0;
    }

    private void load() throws IOException {
        String pattern = shipped.resolve("data").resolve("nab").resolve("*.csv").toString();
        for (String file : Shell.files(pattern)) {
            Series series = seen.apply(Series.read(Path.of(file)));
            files.put(COLLECTION + "/" + series.name(), series);
        }
        shell.say("Real series, from the Numenta Anomaly Benchmark. Each file becomes a stream of its own.");
        shell.run("import", "csv", pattern, "--stream", COLLECTION + "/{file}", "--create");
        shell.say("The streams. A version is MAJOR.MINOR: the major counts commits, the minor what came in since.");
        shell.run("stream", "ls");
        shell.say(
                "What came in is durable already. A commit moves it into the stream's tree; it comes by itself within a"
                        + " minute, or now:");
        shell.run("flush", MACHINE_STREAM);

        TreeSet<String> names = new TreeSet<>();
        for (JsonNode stream : shell.ask("stream", "ls")) {
            names.add(stream.get("collection").textValue() + "/" + stream.get("name").textValue());
        }
        checks.same("the set of streams", new TreeSet<>(files.keySet()), names);
        for (Map.Entry<String, Series> file : files.entrySet()) {
            JsonNode info = shell.ask("stream", "info", file.getKey()).getFirst();
            checks.same(
                    file.getKey() + ": count", (long) file.getValue().points().size(), info.get("count").longValue());
            checks.points(file.getKey(), file.getValue().points(), points(file.getKey()));
        }
    }

    private void ask() throws IOException {
        shell.say(
                "The day on which a machine was stopped and started again, in hours. This comes from statistics in the"
                        + " tree, not from points.");
        shell.run(with(DAY, "windows", MACHINE_STREAM, "--width", "1h"));
        shell.run(with(DAY, "plot", MACHINE_STREAM));
        for (Map.Entry<String, Series> file : files.entrySet()) {
            checks.windows(
                    file.getKey(),
                    file.getValue().windows(HOUR_NANOS),
                    windows("windows", file.getKey(), "--width", "1h"));
        }
    }

    private void distil() throws IOException {
        shell.say(
                "A distillate: the mean and the deviation of the last hour, at each point. It is registered once, and the"
                        + " node keeps it right.");
        shell.run("distillate", "ensure", "-f", shipped.resolve("moving-mean.yaml").toString());
        waitUntilCurrent();
        shell.run("distillate", "status");
        shell.run(with(DAY, "plot", MEAN_STREAM));
        shell.run(with(DAY, "windows", STDDEV_STREAM, "--width", "4h"));
        checkDistillate(machine());
    }

    /// What the correction left behind.
    ///
    /// @param before versions of the streams before it, by name
    private record Corrected(Map<String, String> before, Series after) {}

    private Corrected correct() throws IOException {
        Map<String, String> before = new LinkedHashMap<>();
        for (String stream : List.of(MACHINE_STREAM, MEAN_STREAM, STDDEV_STREAM)) {
            JsonNode version = shell.ask("flush", stream).getFirst();
            before.put(stream, version.get("major").longValue() + "." + version.get("minor").longValue());
        }
        Corrected corrected = new Corrected(before, machine().corrected(CORRECTIONS));
        shell.say(
                "A correction: three readings of that day are known to be wrong. 'replace' takes away what is there.");
        shell.runWithLines(
                CORRECTIONS.stream().map(p -> Checks.text(p.time()) + "," + p.value()).toList(),
                "insert",
                MACHINE_STREAM,
                "--merge",
                "replace");
        shell.say("Where the stream differs from version " + before.get(MACHINE_STREAM) + ":");
        shell.run("changes", MACHINE_STREAM, "--since", before.get(MACHINE_STREAM));
        waitUntilCurrent();
        shell.say("The distillate has followed, there and for the hour after:");
        shell.run("changes", MEAN_STREAM, "--since", before.get(MEAN_STREAM));

        List<Range> exactly = CORRECTIONS.stream().map(p -> new Range(p.time(), p.time() + 1)).toList();
        checks.same(MACHINE_STREAM + ": changed ranges", exactly, changes(MACHINE_STREAM, corrected));
        checkDistillateChanges(corrected);
        return corrected;
    }

    private void compare(Corrected corrected) throws IOException {
        Series old = machine();
        String version = corrected.before().get(MACHINE_STREAM);
        String meanVersion = corrected.before().get(MEAN_STREAM);
        shell.say("A commit changes none of this, and every committed version can still be asked.");
        shell.run("flush", MACHINE_STREAM);
        String[] times = {"--from", "2013-12-16T17:10:00Z", "--to", "2013-12-16T18:40:00Z"};
        shell.say(
                "Both versions side by side: 'points "
                        + MACHINE_STREAM
                        + "' with and without '--version "
                        + version
                        + "', and the same of "
                        + MEAN_STREAM
                        + " at "
                        + meanVersion
                        + ".");
        showSideBySide(
                pointsOf(with(times, "points", MACHINE_STREAM, "--version", version)),
                pointsOf(with(times, "points", MACHINE_STREAM)),
                pointsOf(with(times, "points", MEAN_STREAM, "--version", meanVersion)),
                pointsOf(with(times, "points", MEAN_STREAM)));

        checks.points(MACHINE_STREAM, corrected.after().points(), points(MACHINE_STREAM));
        checks.points(MACHINE_STREAM + " at " + version, old.points(), points(MACHINE_STREAM, "--version", version));
        List<Range> exactly = CORRECTIONS.stream().map(p -> new Range(p.time(), p.time() + 1)).toList();
        checks.same(MACHINE_STREAM + ": changed ranges after a commit", exactly, changes(MACHINE_STREAM, corrected));
        checks.windows(
                MACHINE_STREAM,
                corrected.after().windows(HOUR_NANOS),
                windows("windows", MACHINE_STREAM, "--width", "1h"));
        checkDistillate(corrected.after());
        List<Window> oldMoving = old.movingStatistics(HOUR_NANOS);
        checks.moving(
                MEAN_STREAM + " at " + meanVersion, oldMoving, true, points(MEAN_STREAM, "--version", meanVersion));
        String stddevVersion = corrected.before().get(STDDEV_STREAM);
        checks.moving(
                STDDEV_STREAM + " at " + stddevVersion,
                oldMoving,
                false,
                points(STDDEV_STREAM, "--version", stddevVersion));
    }

    private void showSideBySide(List<Point> before, List<Point> now, List<Point> meanBefore, List<Point> meanNow) {
        shell.say(
                String.format(
                        "%-20s  %12s  %12s  %14s  %14s",
                        "time", "value before", "value now", "mean before", "mean now"));
        int rows = Math.min(Math.min(before.size(), now.size()), Math.min(meanBefore.size(), meanNow.size()));
        for (int i = 0; i < rows; i++) {
            shell.say(
                    String.format(
                            Locale.ROOT,
                            "%-20s  %12.4f  %12.4f  %14.4f  %14.4f",
                            Checks.text(now.get(i).time()),
                            before.get(i).value(),
                            now.get(i).value(),
                            meanBefore.get(i).value(),
                            meanNow.get(i).value()));
        }
        shell.say("");
    }

    private void checkDistillate(Series input) throws IOException {
        List<Window> moving = input.movingStatistics(HOUR_NANOS);
        checks.moving(MEAN_STREAM, moving, true, points(MEAN_STREAM));
        checks.moving(STDDEV_STREAM, moving, false, points(STDDEV_STREAM));
    }

    /// Every output that differs lies in a changed range, and no changed range reaches far past them.
    private void checkDistillateChanges(Corrected corrected) throws IOException {
        List<Range> ranges = changes(MEAN_STREAM, corrected);
        List<Window> before = machine().movingStatistics(HOUR_NANOS);
        List<Window> after = corrected.after().movingStatistics(HOUR_NANOS);
        for (int i = 0; i < after.size(); i++) {
            long time = after.get(i).start();
            if (before.get(i).mean() != after.get(i).mean()) {
                checks.holds(
                        MEAN_STREAM + ": that " + Checks.text(time) + " is in a changed range",
                        ranges.stream().anyMatch(range -> range.from() <= time && time < range.until()));
            }
        }
        long from = CORRECTIONS.getFirst().time() - RANGE_MARGIN_NANOS;
        long until = CORRECTIONS.getLast().time() + HOUR_NANOS + RANGE_MARGIN_NANOS;
        for (Range range : ranges) {
            checks.holds(
                    MEAN_STREAM + ": that only the hour after the correction changed, not " + range,
                    range.from() >= from && range.until() <= until);
        }
    }

    private void waitUntilCurrent() throws IOException {
        long deadlineNanos = clock.monotonicNanos() + CURRENT_NANOS_MAX;
        String state = "";
        while (!state.equals("current")) {
            if (clock.monotonicNanos() > deadlineNanos) {
                throw new IOException("distillate " + DISTILLATE + " is still " + state);
            }
            pause();
            state = shell.ask("distillate", "status", DISTILLATE).getFirst().get("state").textValue();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Series machine() {
        return files.get(MACHINE_STREAM);
    }

    /// A range of times in an answer.
    private record Range(long from, long until) {}

    private List<Range> changes(String stream, Corrected corrected) throws IOException {
        return shell.ask("changes", stream, "--since", corrected.before().get(stream)).stream()
                .map(row -> new Range(row.get("from").longValue(), row.get("to").longValue()))
                .toList();
    }

    private List<Point> points(String stream, String... options) throws IOException {
        return pointsOf(with(options, "points", stream));
    }

    private List<Point> pointsOf(String... words) throws IOException {
        List<Point> points = new ArrayList<>();
        for (JsonNode row : shell.ask(words)) {
            points.add(new Point(row.get("time").longValue(), row.get("value").doubleValue()));
        }
        return points;
    }

    private List<Window> windows(String... words) throws IOException {
        List<Window> windows = new ArrayList<>();
        for (JsonNode row : shell.ask(words)) {
            windows.add(
                    new Window(
                            row.get("start").longValue(),
                            row.get("count").longValue(),
                            number(row, "min"),
                            number(row, "mean"),
                            number(row, "max"),
                            number(row, "stddev")));
        }
        return windows;
    }

    private static double number(JsonNode row, String field) {
        return row.get(field).isNull() ? Double.NaN : row.get(field).doubleValue();
    }

    private static String[] with(String[] more, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
