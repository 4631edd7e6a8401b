/// Memory outside the Java heap, and who owns it.
///
/// Every off-heap byte is allocated through {@link io.distil.base.memory.OffHeap} in the name of a
/// {@link io.distil.base.memory.MemoryOwner}; the counters are shown in metrics and must be back where they were when a test
/// ends.
package io.distil.base.memory;
