package io.distil.daemon.cli;

import java.util.Map;
import java.util.function.Function;

/// Brings commands of another module to the command line, found by `java.util.ServiceLoader`.
public interface CommandProvider {
    /// Top-level commands by name: each makes a picocli command object (or a whole `CommandLine`) for one invocation.
    Map<String, Function<CommandContext, Object>> commands();
}
