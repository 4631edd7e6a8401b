/// Which group has which keys: the tablets of a group, the map of all of them, and how tablets are split, merged, and moved
/// while everybody goes on reading and writing.
///
/// It promises that at every moment each key of each space belongs to one tablet, whatever was killed when: a group knows by
/// itself what is its own and refuses the rest, at admission and when it applies an entry; the map is what clients find their
/// way by, and may be behind. It does not know logs, trees, or buffers: what a tablet contains is the business of whoever
/// keeps it.
///
/// Reading order: {@link io.distil.replication.placement.OwnedTablet} (a tablet and its life),
/// {@link io.distil.replication.placement.TabletSet} (what a group owns),
/// {@link io.distil.replication.placement.Ownership} (which keys a mutation is about),
/// {@link io.distil.replication.placement.TabletCommand} and {@link io.distil.replication.placement.TabletRules} (what a
/// group can be told, and what it then is); then {@link io.distil.replication.placement.TabletMap} (the map),
/// {@link io.distil.replication.placement.Coordinator} and `Mover` (who tells groups what), over
/// {@link io.distil.replication.placement.GroupPort} and {@link io.distil.replication.placement.TabletSource} (how a group is
/// reached, and asked for copies).
package io.distil.replication.placement;
