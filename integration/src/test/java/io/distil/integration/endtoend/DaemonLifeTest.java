package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.distil.base.api.Point;
import io.distil.integration.crash.DaemonProcess;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A daemon as a stranger meets it: started, fed with a real series, asked, corrected, stopped, killed, asked again.
class DaemonLifeTest {
    private static final Path CSV = Path.of("../quickstart/data/nab/machine_temperature_system_failure.csv");
    private static final String STREAM = "plant/machine";
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    @TempDir private Path data;

    /// The file's points in time order, read without any of our code.
    private static List<Point> pointsOfTheFile() throws IOException {
        List<Point> points = new ArrayList<>();
        for (String line : Files.readAllLines(CSV).stream().skip(1).toList()) {
            String[] fields = line.split(",");
            LocalDateTime time = LocalDateTime.parse(fields[0].replace(' ', 'T'));
            points.add(new Point(time.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L, Double.parseDouble(fields[1])));
        }
        points.sort(Comparator.comparingLong(Point::time));
        return points;
    }

    @Test
    void everyAnswerEqualsADirectComputationOnTheFileAndOutlivesStopsAndKills() throws Exception {
        List<Point> file = pointsOfTheFile();
        long middle = file.get(file.size() / 2).time();
        List<String> before;
        try (DaemonProcess daemon = DaemonProcess.start(data)) {
            assertThat(daemon.readyLine())
                    .startsWith("ready listen=127.0.0.1:")
                    .contains(" http=127.0.0.1:")
                    .contains("data=" + data.toAbsolutePath());
            Shell shell = Shell.on(daemon);
            shell.must("stream", "create", STREAM, "--annotation", "unit=F");
            shell.must("import", "csv", CSV.toString(), "--stream", STREAM);
            checkAgainst(file, shell);
            shell.must("flush", STREAM);
            checkAgainst(file, shell);
            assertThat(version(shell)).isEqualTo("1.0");

            correct(shell, middle);
            List<Point> corrected =
                    file.stream().filter(p -> p.time() >= middle + HOUR_NANOS || p.time() < middle).toList();
            assertThat(pointsOf(shell)).hasSize(corrected.size() + 1).contains(new Point(middle + 1, -40.5));
            assertThat(shell.json("points", STREAM, "--version", "1")).hasSize(file.size());
            before = answers(shell, middle);
            assertThat(daemon.stop()).as("exit code after SIGTERM").isZero();
        }
        try (DaemonProcess daemon = DaemonProcess.start(data)) {
            assertSame(before, answers(Shell.on(daemon), middle), "SIGTERM");
            daemon.kill();
        }
        try (DaemonProcess daemon = DaemonProcess.start(data)) {
            assertSame(before, answers(Shell.on(daemon), middle), "SIGKILL");
            Shell.on(daemon).runWith("{\"time\":1,\"value\":2}", "insert", STREAM);
            daemon.kill();
        }
        try (DaemonProcess daemon = DaemonProcess.start(data)) {
            assertThat(Shell.on(daemon).json("nearest", STREAM, "--at", "0"))
                    .singleElement()
                    .satisfies(point -> {
                        assertThat(point.get("time").longValue()).isEqualTo(1);
                        assertThat(point.get("value").doubleValue()).isEqualTo(2);
                    });
        }
    }

    /// An hour is deleted, which commits, and one point put there, which does not.
    private static void correct(Shell shell, long middle) {
        shell.must("delete", STREAM, "--from", "" + middle, "--to", "" + (middle + HOUR_NANOS));
        Shell.Result inserted =
                shell.runWith(
                        "{\"time\":%d,\"value\":-40.5}".formatted(middle + 1), "insert", STREAM, "--merge", "replace");
        assertThat(inserted.exitCode()).as(inserted.err()).isZero();
    }

    private static String version(Shell shell) throws IOException {
        JsonNode info = shell.json("stream", "info", STREAM).getFirst();
        return info.get("major") + "." + info.get("minor");
    }

    private static List<Point> pointsOf(Shell shell) throws IOException {
        return shell.json("points", STREAM).stream()
                .map(p -> new Point(p.get("time").longValue(), p.get("value").doubleValue()))
                .toList();
    }

    private static void checkAgainst(List<Point> file, Shell shell) throws IOException {
        assertThat(pointsOf(shell)).isEqualTo(file);
        checkWindows(file, shell.json("windows", STREAM, "--width", "1h"), HOUR_NANOS);
        checkWindows(file, shell.json("windows", STREAM, "--width", "2^42", "--aligned"), 1L << 42);
        Point some = file.get(1234);
        assertThat(shell.json("nearest", STREAM, "--at", "" + some.time()).getFirst().get("value").doubleValue())
                .isEqualTo(some.value());
        assertThat(
                        shell.json("nearest", STREAM, "--at", "" + some.time(), "--backward")
                                .getFirst()
                                .get("time")
                                .longValue())
                .isEqualTo(file.get(1233).time());
        assertThat(shell.must("plot", STREAM).lines().count()).isGreaterThan(10);
    }

    private static void checkWindows(List<Point> file, List<JsonNode> windows, long widthNanos) {
        assertThat(windows).isNotEmpty();
        long seen = 0;
        for (JsonNode window : windows) {
            long start = window.get("start").longValue();
            double[] values =
                    file.stream()
                            .filter(p -> p.time() >= start && p.time() < start + widthNanos)
                            .mapToDouble(Point::value)
                            .toArray();
            assertThat(window.get("count").longValue()).isEqualTo(values.length);
            seen += values.length;
            if (values.length > 0) {
                checkStatistics(window, values);
            }
        }
        assertThat(seen).as("points in the windows").isEqualTo(file.size());
    }

    private static void checkStatistics(JsonNode window, double[] values) {
        double mean = IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElseThrow();
        double squares =
                IntStream.range(0, values.length).mapToDouble(i -> (values[i] - mean) * (values[i] - mean)).sum();
        Offset<Double> rounding = Offset.offset(1e-9);
        assertThat(window.get("min").doubleValue()).isEqualTo(Arrays.stream(values).min().orElseThrow());
        assertThat(window.get("max").doubleValue()).isEqualTo(Arrays.stream(values).max().orElseThrow());
        assertThat(window.get("mean").doubleValue()).isCloseTo(mean, rounding);
        assertThat(window.get("stddev").doubleValue()).isCloseTo(Math.sqrt(squares / values.length), rounding);
    }

    /// Everything that can be asked, now and at an old version.
    private static List<String> answers(Shell shell, long middle) {
        List<String[]> questions =
                List.of(
                        new String[] {"stream", "ls", "--json"},
                        new String[] {"stream", "info", STREAM, "--json"},
                        new String[] {"points", STREAM, "--json"},
                        new String[] {"points", STREAM, "--version", "1", "--json"},
                        new String[] {"windows", STREAM, "--width", "1d", "--json"},
                        new String[] {"windows", STREAM, "--width", "2^46", "--aligned", "--version", "1", "--json"},
                        new String[] {"nearest", STREAM, "--at", "" + middle, "--json"},
                        new String[] {"nearest", STREAM, "--at", "" + middle, "--version", "1", "--json"},
                        // Coarse: the buffer's history names the deleted hour, two trees only where points went.
                        new String[] {"changes", STREAM, "--since", "1", "--resolution", "44", "--json"},
                        new String[] {"plot", STREAM});
        return questions.stream()
                .map(words -> String.join(" ", words) + ":\n" + withoutLastDigits(shell.must(words)))
                .toList();
    }

    /// Names the first line that is not as it was.
    private static void assertSame(List<String> before, List<String> after, String signal) {
        for (int i = 0; i < before.size(); i++) {
            List<String> wanted = before.get(i).lines().toList();
            List<String> found = after.get(i).lines().toList();
            for (int line = 0; line < Math.min(wanted.size(), found.size()); line++) {
                assertThat(found.get(line))
                        .as("line %d after %s of %s", line, signal, wanted.getFirst())
                        .isEqualTo(wanted.get(line));
            }
            assertThat(found).as("lines after %s of %s", signal, wanted.getFirst()).hasSameSizeAs(wanted);
        }
    }

    /// Means and deviations may differ in their last places, as points move from the buffer into the tree.
    private static String withoutLastDigits(String json) {
        Matcher matcher = Pattern.compile("(\"(?:mean|stddev)\":)([-+.0-9eE]+)").matcher(json);
        return matcher.replaceAll(found -> found.group(1) + "%.9g".formatted(Double.parseDouble(found.group(2))));
    }

    @Test
    void metricsAndHealthAreServedOverHttp() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(data);
                HttpClient http = HttpClient.newHttpClient()) {
            Shell.on(daemon).must("stream", "create", "a/b");
            Matcher address = Pattern.compile("http=([^ ]+)").matcher(daemon.readyLine());
            assertThat(address.find()).isTrue();
            String base = "http://" + address.group(1);
            assertThat(get(http, base + "/healthz").body()).isEqualTo("ok\n");
            assertThat(get(http, base + "/readyz").body()).isEqualTo("ready\n");
            String metrics = get(http, base + "/metrics").body();
            assertThat(metrics)
                    .containsPattern("distil_offheap_bytes\\{owner=\"[a-z-]+\"\\} [0-9.E]+")
                    .containsPattern("distil_disk_path\\{path=\"[^\"]+\"\\} 1")
                    .containsPattern("distil_network_transport\\{transport=\"(io_uring|epoll|nio)\"\\} 1")
                    .containsPattern("distil_streams 1");
            assertThat(get(http, base + "/nothing").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
