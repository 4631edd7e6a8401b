package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.api.ModelStore;
import io.distil.distillates.DistillateRunner;
import io.distil.distillates.RunnerOptions;

import org.junit.jupiter.api.Test;

/// The commands beside a runner; what they print without one is in the golden session `distillates.txt`.
class DistillateCommandsTest {
    private static final String FILE =
            """
            name: moving
            algorithm: moving-statistics
            inputs: [lab/a]
            outputs: [{output: mean, collection: lab, name: mean}]
            parameters: {window: 10ns}
            """;

    private final ModelStore store = new ModelStore();
    private final CommandRunner commands = new CommandRunner(store);

    @Test
    void aCorrectionIsFollowedAndItsStatusSaysSo() throws Exception {
        done(commands.run("stream", "create", "lab/a"));
        done(commands.runWith("{\"time\":100,\"value\":1}\n{\"time\":105,\"value\":3}\n", "insert", "lab/a"));
        done(commands.runWith(FILE, "distillate", "ensure", "-f", "-"));
        assertThat(status()).contains("\"state\":\"behind\"");
        try (DistillateRunner runner = new DistillateRunner(store, NanoClock.SYSTEM, RunnerOptions.DEFAULT)) {
            drain(runner);
            assertThat(status()).contains("\"state\":\"current\"", "\"seen\":{\"lab/a\":\"0.1\"}");
            assertThat(done(commands.run("points", "lab/mean", "--json")))
                    .isEqualTo("{\"time\":100,\"value\":1.0}\n{\"time\":105,\"value\":2.0}\n");

            done(commands.runWith("{\"time\":100,\"value\":7}\n", "insert", "lab/a", "--merge", "replace"));
            assertThat(status()).contains("\"state\":\"behind\"", "\"rangesWaiting\":1");
            drain(runner);
            assertThat(status()).contains("\"state\":\"current\"");
            assertThat(done(commands.run("points", "lab/mean", "--json")))
                    .isEqualTo("{\"time\":100,\"value\":7.0}\n{\"time\":105,\"value\":5.0}\n");
        }
    }

    @Test
    void aFailureIsShownWithItsSentence() throws Exception {
        done(commands.run("stream", "create", "lab/a"));
        done(commands.runWith(FILE, "distillate", "ensure", "-f", "-"));
        done(commands.run("stream", "obliterate", "lab/a"));
        try (DistillateRunner runner = new DistillateRunner(store, NanoClock.SYSTEM, RunnerOptions.DEFAULT)) {
            runner.step();
        }
        assertThat(status())
                .contains(
                        "\"state\":\"failing\"",
                        "\"failures\":1",
                        "\"lastError\":\"inputs[0]: there is no stream lab/a\"",
                        "\"present\":{}");
        assertThat(done(commands.run("distillate", "status"))).contains("failing", "there is no stream lab/a");
    }

    private String status() {
        return done(commands.run("distillate", "status", "moving", "--json"));
    }

    private static String done(CommandRunner.Result result) {
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        return result.out();
    }

    private static void drain(DistillateRunner runner) throws Exception {
        while (runner.step()) {
            // One piece of work at a time, until none is left.
        }
    }
}
