/// Proof of the whole: simulation, crashes of real daemons, and end-to-end tests. Its commands, `distil simulate` and
/// `distil crash-test`, come to the command line through {@link io.distil.daemon.cli.CommandProvider}.
package io.distil.integration;
