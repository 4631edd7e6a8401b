/// Several replicas of a store in one thread, from one seed: each a whole engine on a simulated disk, fed by a model of Raft that
/// elects, delays, drops, repeats, reorders and truncates as Raft may.
///
/// Read {@link io.distil.integration.simulation.replicas.ReplicaSimulation} first: the story, and what must hold. Below it,
/// {@link io.distil.integration.simulation.replicas.Member} has the rules of Raft, with {@link
/// io.distil.integration.simulation.replicas.Network} between members; {@link
/// io.distil.integration.simulation.replicas.MemberLog} is what a store sees of it; {@link
/// io.distil.integration.simulation.replicas.Timeline} knows what was applied where, and {@link
/// io.distil.integration.simulation.replicas.Clients} what was promised to whom.
///
/// {@link io.distil.integration.simulation.replicas.Rule} breaks the model on purpose, so that a test can show that the checks
/// find it.
package io.distil.integration.simulation.replicas;
