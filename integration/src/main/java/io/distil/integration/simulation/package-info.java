/// The whole of a node's storage (log, buffer, tree, catalog, checkpoints) in one thread, on a simulated disk and clock, from
/// one seed: it works, loses its power at any moment, starts again, and is compared with a naive model.
///
/// {@link io.distil.integration.simulation.Simulation} is one run; a failing seed replays exactly. `./distil simulate` runs
/// many. The models after which this is made are FoundationDB's and TigerBeetle's simulators.
package io.distil.integration.simulation;
