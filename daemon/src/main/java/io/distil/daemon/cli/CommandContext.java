package io.distil.daemon.cli;

import io.distil.base.NanoClock;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;

/// Everything a command may touch of its surroundings, so that a test can own all of it.
///
/// @param out standard output, unbuffered: whoever writes much to it brings a buffer and flushes it
/// @param err where errors, remarks and progress go, a line at a time
/// @param environment the process's environment variables
public record CommandContext(
        InputStream in,
        OutputStream out,
        PrintStream err,
        Map<String, String> environment,
        Terminal terminal,
        NanoClock clock,
        StoreOpener opener) {
    /// What is known of the terminal.
    ///
    /// @param outIsTerminal standard output is read by a person
    /// @param errIsTerminal standard error is, so that progress may be drawn there
    /// @param columns its width in characters
    public record Terminal(boolean outIsTerminal, boolean errIsTerminal, int columns) {
        /// Of a terminal that does not say, and of output to a file.
        public static final int COLUMNS_DEFAULT = 100;

        public static final Terminal NONE = new Terminal(false, false, COLUMNS_DEFAULT);

        private static final int COLUMNS_MIN = 40;
        private static final int COLUMNS_MAX = 400;

        public Terminal {
            columns = Math.clamp(columns, COLUMNS_MIN, COLUMNS_MAX);
        }

        /// As the launcher says in system properties; Java itself cannot tell.
        static Terminal ofLauncher() {
            return new Terminal(
                    Boolean.getBoolean("distil.terminal.out"),
                    Boolean.getBoolean("distil.terminal.err"),
                    Integer.getInteger("distil.terminal.columns", COLUMNS_DEFAULT));
        }
    }
}
