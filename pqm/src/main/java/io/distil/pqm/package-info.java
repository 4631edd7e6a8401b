/// The priority-queue memory buffer: what stands between the command log, which makes a change durable, and the trees,
/// which make it cheap to ask about.
///
/// It promises: a change applied here is visible at once, to every kind of question, merged with the tree; its version is the
/// same on every replica; readers never wait and never see half a change; memory has a budget, and so does what is kept of
/// it; nothing here ever waits for a disk. It knows trees only as a {@link io.distil.storage.tree.SeriesRoot} it passes on and
/// an {@link io.distil.storage.tree.Overlay} it implements. It does not know the log, the disk, or who asks.
///
/// Reading order: {@link io.distil.pqm.StreamBuffer} (one stream, what can happen to it), {@link io.distil.pqm.StreamView}
/// (what readers and the flusher get), {@link io.distil.pqm.FlushQueue} (who is flushed next), {@link io.distil.pqm.Pqm} and
/// {@link io.distil.pqm.PqmOptions} (the budget); then `Layer` and `LayerDraft` (the changes of one commit), `Run`,
/// `RunColumns` and `Runs` (where the points lie), `LayerMerge` and `TimeGroup` (how they are read), `ChangeRows` and
/// `CommitHistory` (what changed when), `Shared` (how memory is held).
///
/// ## One stream, with numbers
///
/// A stream stands at version 5.0; its tree holds points at 10, 20, 30 and 40 s. The log says:
///
/// | applied | version | active layer afterwards |
/// |---|---|---|
/// | insert 50, 60, 70 s, `never` | 5.1 | run A: 50 60 70 |
/// | insert 80 s, `never` | 5.2 | run A: 50 60 70 80, grown in place; the view of 5.1 knows of three rows only |
/// | insert 20 s, `replace` | 5.3 | runs A, B: 20. B is far smaller than A, so they are not merged |
/// | erase [30, 60) s | 5.4 | erased [30, 60); A is now the rows 60 70 80 of the same memory; B |
/// | flush | 6.0 | empty; the layer above is frozen as what makes 6 out of 5 |
/// | insert 40 s, `retain` | 6.1 | run C: 40 |
///
/// A reader of 6.1 merges the tree of 5 with the frozen layer and the active one. At 10 s the tree is alone. At 20 s the
/// tree's point meets B's `replace`: B's counts. From 30 s on the frozen layer hides the tree until 60 s. At 40 s C finds
/// nothing present, since the tree's point there is hidden, so `retain` adds its point. Then A: 60, 70, 80. The reader of 5.1
/// from before still sees 10 20 30 40 50 60 70.
///
/// Meanwhile the flusher asks for the next commit to build. It gets the root of 5 and an overlay of the frozen layer only,
/// writes the tree of 6, and hands its root to the owner thread, which publishes a view of 6.1 that has the new root and no
/// frozen layer: the same points, one step, no version change. When the last reader of an older view closes it, the frozen
/// layer's memory is freed on that reader's thread.
///
/// ## Why erased ranges and operations, and not the log itself
///
/// The tempting way is to keep the mutations as they came and replay them on each read. It is simple, and a read then costs
/// what was ever buffered. The closed form, *erase, then operations by policy*, holds because an erasure makes everything
/// before it at its times irrelevant: the layer drops its own operations there, remembers the range for the sake of what
/// lies below, and later operations simply follow. So a stretch that a live distillate replaces a thousand times costs one
/// stretch. Operations with a policy cannot be decided early, though: whether `retain` adds its point depends on a tree that
/// is on disk. They are kept as operations, and only what is decided anyway is folded (`FoldingWriter`).
///
/// ## Memory
///
/// A buffered point is 17 bytes off the heap: time, bits of the value, policy. The log order of equal times is the order of
/// runs, and of rows within them. Everything off the heap is `Shared`: counted holds, freed by the last one. The owner
/// thread appends behind what any view can see and publishes a new view with one volatile write, which also makes the rows
/// visible; nothing that a view can see is ever written again.
package io.distil.pqm;
