/// The one interface through which programs, distillates and file systems use a store, whether it runs in the same process
/// or behind the network.
///
/// Reading order: {@link io.distil.base.api.StreamStore} (what can be asked), {@link io.distil.base.api.Mutation} (every
/// change there is, as data), {@link io.distil.base.api.StreamSnapshot} (every question about the points of a stream, at
/// one version), {@link io.distil.base.api.PointBatch} and {@link io.distil.base.api.WindowBatch} (the columns that carry
/// points and windows).
///
/// Mistakes of the caller arrive as {@link io.distil.base.Refused}, thrown or as the failure of a future; the world's faults
/// as {@link java.io.IOException}.
package io.distil.base.api;
