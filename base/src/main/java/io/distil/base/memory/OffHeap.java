package io.distil.base.memory;

import io.distil.base.BrokenInvariant;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/// Allocates and frees memory outside the heap, counted by owner.
///
/// The C library's `aligned_alloc` and `free`, because arenas cannot free one piece from any thread without stopping the
/// others. Whoever allocates frees, exactly once, with the same owner; nothing checks a use after that, except the poison
/// that {@link #DEEP_CHECKS} writes.
public final class OffHeap {
    /// With `-Ddistil.deepChecks=true`, freed memory is overwritten first, so that a late reader sees nonsense at once.
    public static final boolean DEEP_CHECKS = Boolean.getBoolean("distil.deepChecks");

    /// A cache line: no two pieces share one.
    public static final int ALIGNMENT_BYTES = 64;

    /// A page: what O_DIRECT and registered buffers want.
    public static final int PAGE_BYTES = 4096;

    private static final byte POISON = (byte) 0xDB;
    private static final AtomicLongArray BYTES_BY_OWNER = new AtomicLongArray(MemoryOwner.values().length);
    private static final MethodHandle ALIGNED_ALLOC =
            handle(
                    "aligned_alloc",
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = handle("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private OffHeap() {}

    /// At least `bytes` bytes (rounded up to whole cache lines), zeroed.
    public static MemorySegment allocate(MemoryOwner owner, long bytes) {
        return allocate(owner, bytes, ALIGNMENT_BYTES);
    }

    /// Zeroed memory aligned to pages, its size rounded up to whole pages.
    public static MemorySegment allocatePages(MemoryOwner owner, long bytes) {
        return allocate(owner, bytes, PAGE_BYTES);
    }

    private static MemorySegment allocate(MemoryOwner owner, long bytes, int alignment) {
        if (bytes <= 0) {
            throw new BrokenInvariant("allocation of " + bytes + " bytes for " + owner.label());
        }
        long rounded = (bytes + alignment - 1) / alignment * alignment;
        MemorySegment memory;
        try {
            memory = (MemorySegment) ALIGNED_ALLOC.invokeExact((long) alignment, rounded);
        } catch (Throwable e) {
            throw new BrokenInvariant("aligned_alloc could not be called", e);
        }
        if (memory.address() == 0) {
            throw new OutOfMemoryError("no " + rounded + " bytes of off-heap memory for " + owner.label());
        }
        BYTES_BY_OWNER.addAndGet(owner.ordinal(), rounded);
        return memory.reinterpret(rounded).fill((byte) 0);
    }

    /// Gives back what {@link #allocate} returned (the same segment, not a slice).
    public static void free(MemoryOwner owner, MemorySegment memory) {
        if (DEEP_CHECKS) {
            memory.fill(POISON);
        }
        long left = BYTES_BY_OWNER.addAndGet(owner.ordinal(), -memory.byteSize());
        if (left < 0) {
            throw new BrokenInvariant(owner.label() + " freed " + -left + " bytes more than it allocated");
        }
        try {
            FREE.invokeExact(memory);
        } catch (Throwable e) {
            throw new BrokenInvariant("free could not be called", e);
        }
    }

    /// Bytes now held by `owner`, rounding included.
    public static long bytes(MemoryOwner owner) {
        return BYTES_BY_OWNER.get(owner.ordinal());
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        SymbolLookup libc = Linker.nativeLinker().defaultLookup();
        MemorySegment symbol =
                libc.find(name)
                        .orElseThrow(() -> new BrokenInvariant("the C library has no " + name))
                        .reinterpret(0, Arena.global(), null);
        return Linker.nativeLinker().downcallHandle(symbol, descriptor);
    }
}
