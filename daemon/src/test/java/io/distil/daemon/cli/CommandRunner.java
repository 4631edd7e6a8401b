package io.distil.daemon.cli;

import io.distil.base.NanoClock;
import io.distil.base.api.ModelStore;
import io.distil.base.api.StreamStore;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Runs command lines in this process against any store, on a clock of its own.
final class CommandRunner {
    /// 2024-01-01T00:00:00Z.
    static final long NOW_NANOS = 1_704_067_200_000_000_000L;

    private final StoreOpener opener;
    final Map<String, String> environment = new HashMap<>();
    CommandContext.Terminal terminal = CommandContext.Terminal.NONE;

    record Result(int exitCode, String out, String err) {}

    CommandRunner() {
        this(new ModelStore());
    }

    CommandRunner(StreamStore store) {
        this((StoreOpener) _ -> new TestStore(store));
    }

    CommandRunner(StoreOpener opener) {
        this.opener = opener;
    }

    Result run(String... words) {
        return runWith("", words);
    }

    /// @param input what stands on standard input
    Result runWith(String input, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandContext context =
                new CommandContext(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        out,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        terminal,
                        new StandingClock(),
                        opener);
        int exitCode = Distil.run(context, words);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// Wall time stands still; whatever is measured took a second.
    private static final class StandingClock implements NanoClock {
        private static final long SECOND_NANOS = 1_000_000_000L;
        private long monotonicNanos;

        @Override
        public long epochNanos() {
            return NOW_NANOS;
        }

        @Override
        public long monotonicNanos() {
            monotonicNanos += SECOND_NANOS;
            return monotonicNanos;
        }
    }
}
