/// `distil quickstart`: a node with real series in a minute, and a check that every answer it gave is right.
///
/// It runs the real commands in this process, over the network, against a node of its own, and computes every answer a
/// second time from the CSV files with plain loops that share no code with the store. It must not know how a store, a
/// tree or a distillate works: it sees what somebody at a terminal sees.
///
/// Reading order: {@link io.distil.daemon.quickstart.QuickstartCommand} (options, exit codes), `Quickstart` (the story, step
/// by step), `Shell` (commands shown, and commands asked quietly with `--json`), `Series` (the direct computation),
/// `Checks` (comparison, and what is said of a difference), `QuickstartNode` (in this process, or in one that is kept),
/// `QuickstartDirectory` (what may be emptied, and what never).
///
/// ```
/// distil-quickstart/
///     quickstart.properties   marks the directory as a quickstart's; names the process that uses it
///     data/                   the store
///     node.log, node.out      what a kept node says
/// ```
package io.distil.daemon.quickstart;
