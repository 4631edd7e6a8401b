/// A real daemon, in a process of its own, used as a stranger would use it: by the command line and the Java client, over
/// the network, on a data directory that outlives it. Reading order: `Shell` (the command line in this process),
/// `DaemonLifeTest`, then one class for each kind of trouble; `docs/faults.md` says which fault is shown where.
package io.distil.integration.endtoend;
