package io.distil.bench;

import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/// The results as a Markdown table of medians and best iterations. On a machine with other work, means and their errors
/// tell about that work; the best iteration is nearest to what the code can do.
final class Summary {
    private Summary() {}

    static void print(Collection<RunResult> results) {
        System.out.println("\n| benchmark | parameters | median | best | unit |\n|---|---|---|---|---|");
        results.forEach(Summary::print);
    }

    private static void print(RunResult result) {
        BenchmarkParams params = result.getParams();
        double[] scores =
                result.getBenchmarkResults().stream()
                        .map(BenchmarkResult::getIterationResults)
                        .flatMap(Collection::stream)
                        .mapToDouble(iteration -> score(iteration, params.getMode()))
                        .sorted()
                        .toArray();
        boolean moreIsBetter = params.getMode() == Mode.Throughput;
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s |%n",
                params.getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"),
                params.getParamsKeys().stream().map(params::getParam).collect(Collectors.joining(", ")),
                rounded(scores[scores.length / 2]),
                rounded(moreIsBetter ? Arrays.stream(scores).max().orElseThrow() : scores[0]),
                result.getPrimaryResult().getScoreUnit());
    }

    /// Of sampled times their median, else the iteration's score.
    private static double score(IterationResult iteration, Mode mode) {
        return mode == Mode.SampleTime
                ? iteration.getPrimaryResult().getStatistics().getPercentile(50)
                : iteration.getPrimaryResult().getScore();
    }

    private static String rounded(double score) {
        return String.format(Locale.ROOT, score < 10 ? "%.3f" : score < 1000 ? "%.1f" : "%.0f", score);
    }
}
