package io.distil.daemon.cli;

import io.distil.base.Refused;
import io.distil.base.api.Store;
import io.distil.distillates.DistillateRegistry;
import io.distil.distillates.DistillateSpec;
import io.distil.distillates.DistillateStatus;
import io.distil.distillates.SpecCodec;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// `distil distillate ensure|ls|status|rm`: what is computed from streams, and how far that has come. The computing
/// itself is done in the daemon.
final class DistillateCommands {
    private DistillateCommands() {}

    static CommandLine of(CommandContext context) {
        return Group.of("distillate", "Registers, lists and removes what is computed from streams.")
                .addSubcommand("ensure", new Ensure(context))
                .addSubcommand("ls", new Ls(context))
                .addSubcommand("status", new Status(context))
                .addSubcommand("rm", new Rm(context));
    }

    private static List<String> paths(List<DistillateSpec.Output> outputs) {
        return outputs.stream().map(DistillateSpec.Output::path).toList();
    }

    private static Map<String, String> pathsByOutput(DistillateSpec spec) {
        Map<String, String> paths = new TreeMap<>();
        spec.outputs().forEach(output -> paths.put(output.output(), output.path()));
        return paths;
    }

    @Command(
            name = "ensure",
            description =
                    "Makes sure that a distillate exists as a file says. The same file again changes nothing; another"
                            + " one of the same name replaces it, and all its output is computed again.")
    private static final class Ensure extends ClientCommand {
        private static final String STDIN = "-";

        @Option(
                names = {"-f", "--file"},
                required = true,
                paramLabel = "FILE",
                order = 1,
                description = "The specification, YAML or JSON; - is standard input.")
        private String file;

        Ensure(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            DistillateSpec spec = spec();
            DistillateRegistry.Ensured ensured = new DistillateRegistry(store).ensure(spec);
            answer(
                    sentence(spec, ensured),
                    rows ->
                            rows.text("name", spec.name())
                                    .text("change", ensured.change().name().toLowerCase().replace('_', '-'))
                                    .integer("specRevision", ensured.specRevision()));
        }

        private DistillateSpec spec() throws IOException {
            byte[] bytes = file.equals(STDIN) ? context().in().readAllBytes() : Files.readAllBytes(Path.of(file));
            try {
                return SpecCodec.read(new String(bytes, StandardCharsets.UTF_8));
            } catch (Refused e) {
                throw new Refused(e.code(), file + ": " + e.getMessage(), e);
            }
        }

        private static String sentence(DistillateSpec spec, DistillateRegistry.Ensured ensured) {
            return switch (ensured.change()) {
                case REGISTERED ->
                        "registered " + spec.name() + ", which writes " + String.join(", ", paths(spec.outputs()));
                case REPLACED ->
                        "replaced "
                                + spec.name()
                                + ", now at revision "
                                + ensured.specRevision()
                                + "; all its output is computed again";
                case OUTPUTS_RESTORED ->
                        "created the missing outputs of " + spec.name() + "; all its output is computed again";
                case NONE -> spec.name() + " is registered so already";
            };
        }
    }

    @Command(name = "ls", description = "Lists distillates.")
    private static final class Ls extends ClientCommand {
        Ls(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            try (Rows rows = rows()) {
                for (DistillateSpec spec : new DistillateRegistry(store).list()) {
                    rows.text("name", spec.name())
                            .text("algorithm", spec.algorithm())
                            .list("inputs", spec.inputs())
                            .texts("outputs", pathsByOutput(spec));
                    rows.end();
                }
            }
        }
    }

    @Command(
            name = "status",
            description =
                    "Prints how distillates stand: what they have seen of their inputs, what is waiting, what failed.")
    private static final class Status extends ClientCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "NAME",
                description = "One in detail; else all, in short.")
        private String name;

        Status(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            DistillateRegistry registry = new DistillateRegistry(store);
            if (name != null) {
                try (Rows rows = fields()) {
                    describeInFull(rows, registry.status(name));
                    rows.end();
                }
                return;
            }
            try (Rows rows = rows()) {
                for (DistillateSpec spec : registry.list()) {
                    describe(rows, registry.status(spec.name()));
                    rows.end();
                }
            }
        }

        private static void describe(Rows rows, DistillateStatus status) {
            rows.text("name", status.spec().name())
                    .text("state", status.state().name().toLowerCase())
                    .integer("rangesWaiting", status.rangesWaiting())
                    .integer("pointsWaiting", status.pointsWaiting());
            time(rows, "ranAt", status.ranAtNanos());
            rows.integer("failures", status.failureCount());
            if (status.lastError().isEmpty()) {
                rows.absent("lastError");
            } else {
                rows.text("lastError", status.lastError());
            }
        }

        private static void describeInFull(Rows rows, DistillateStatus status) {
            describe(rows, status);
            time(rows, "failedAt", status.failedAtNanos());
            rows.text("algorithm", status.spec().algorithm())
                    .integer("algorithmVersion", status.algorithmVersion())
                    .integer("specRevision", status.specRevision())
                    .texts("parameters", parameters(status.spec()))
                    .texts("seen", versions(status, input -> input.seen().map(Object::toString)))
                    .texts("present", versions(status, input -> input.present().map(Object::toString)))
                    .texts("outputs", pathsByOutput(status.spec()));
        }

        private static Map<String, String> parameters(DistillateSpec spec) {
            Map<String, String> texts = new TreeMap<>();
            spec.parameters().forEach((key, value) -> texts.put(key, value.toString()));
            return texts;
        }

        /// The versions of the inputs that have one, by their names.
        private static Map<String, String> versions(
                DistillateStatus status, Function<DistillateStatus.Input, Optional<String>> version) {
            Map<String, String> versions = new TreeMap<>();
            for (DistillateStatus.Input input : status.inputs()) {
                version.apply(input).ifPresent(text -> versions.put(input.ref(), text));
            }
            return versions;
        }

        private static void time(Rows rows, String name, long nanos) {
            if (nanos == 0) {
                rows.absent(name);
            } else {
                rows.time(name, nanos);
            }
        }
    }

    @Command(name = "rm", description = "Removes a distillate. Its output streams stay, and follow nothing any more.")
    private static final class Rm extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The distillate.")
        private String name;

        Rm(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            List<String> outputs = paths(new DistillateRegistry(store).remove(name));
            answer(
                    "removed " + name + "; what it wrote stays: " + String.join(", ", outputs),
                    rows -> rows.text("name", name).list("outputs", outputs));
        }
    }
}
