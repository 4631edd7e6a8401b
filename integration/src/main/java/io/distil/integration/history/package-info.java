/// What clients saw, written down with its times, and the questions asked of it afterwards.
///
/// A *history* is a list of {@link io.distil.integration.history.Operation}s: who called what, when, and what came back. An
/// operation without an answer is *in doubt*: it may have taken effect at any moment after its call, or never will. The
/// package knows nothing of how the store works; it compares answers with a sequential
/// {@link io.distil.integration.history.SequentialSpec}.
///
/// In reading order: {@link io.distil.integration.history.Operation}, {@link io.distil.integration.history.SequentialSpec},
/// {@link io.distil.integration.history.RegisterSpec} (one key of a table),
/// {@link io.distil.integration.history.Linearizability} (the search),
/// {@link io.distil.integration.history.Verdict}, {@link io.distil.integration.history.RegisterHistory} (all keys).
package io.distil.integration.history;
