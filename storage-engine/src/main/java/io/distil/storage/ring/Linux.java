package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The native edge of the disk: every system call the engine makes, and what their error numbers mean.
///
/// Each call returns what the kernel returned, or the error number negated, as the kernel itself does. None is a
/// `critical` downcall: those stop the garbage collector for as long as the kernel takes, and the kernel may take long.
///
/// Sources: `include/uapi/linux/io_uring.h`, the manual pages `io_uring_setup(2)`, `io_uring_enter(2)`,
/// `io_uring_register(2)`, and `asm/fcntl.h` for both architectures.
final class Linux {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int ENOSYS = 38;
    static final int EDQUOT = 122;

    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
    static final int O_CLOEXEC = 0x80000;

    /// One of the few flags that differ between architectures.
    static final int O_DIRECT = System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;

    private static final int FILE_MODE = 0640;
    private static final int SEEK_END = 2;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED_POPULATE = 0x8001;

    private static final long IO_URING_SETUP = 425;
    private static final long IO_URING_ENTER = 426;
    private static final long IO_URING_REGISTER = 427;

    /// Bytes a caller sets aside for the error number of its calls.
    static final long ERRNO_BYTES = Linker.Option.captureStateLayout().byteSize();

    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    private static final String UNAVAILABLE;
    private static final MethodHandle SYSCALL;
    private static final MethodHandle OPEN;
    private static final MethodHandle CLOSE;
    private static final MethodHandle FTRUNCATE;
    private static final MethodHandle LSEEK;
    private static final MethodHandle MMAP;
    private static final MethodHandle MUNMAP;

    static {
        String unavailable = unsuitablePlatform();
        MethodHandle[] calls = new MethodHandle[7];
        if (unavailable == null) {
            try {
                calls = link();
            } catch (IllegalCallerException e) {
                unavailable = "this JVM may not call native code: start it with --enable-native-access=ALL-UNNAMED";
            } catch (BrokenInvariant e) {
                unavailable = e.getMessage();
            }
        }
        UNAVAILABLE = unavailable;
        SYSCALL = calls[0];
        OPEN = calls[1];
        CLOSE = calls[2];
        FTRUNCATE = calls[3];
        LSEEK = calls[4];
        MMAP = calls[5];
        MUNMAP = calls[6];
    }

    private Linux() {}

    /// Why none of these calls can be made here, or null if they can.
    static String unavailable() {
        return UNAVAILABLE;
    }

    private static String unsuitablePlatform() {
        String system = System.getProperty("os.name");
        String architecture = System.getProperty("os.arch");
        boolean suits = system.equals("Linux") && (architecture.equals("amd64") || architecture.equals("aarch64"));
        return suits ? null : "io_uring is not known on " + system + " " + architecture;
    }

    private static MethodHandle[] link() {
        ValueLayout.OfInt i = ValueLayout.JAVA_INT;
        ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
        return new MethodHandle[] {
            link("syscall", FunctionDescriptor.of(l, l, l, l, l, l, l, l), 1),
            link("open", FunctionDescriptor.of(i, ValueLayout.ADDRESS, i, i), 2),
            link("close", FunctionDescriptor.of(i, i), -1),
            link("ftruncate", FunctionDescriptor.of(i, i, l), -1),
            link("lseek", FunctionDescriptor.of(l, i, l, i), -1),
            link("mmap", FunctionDescriptor.of(l, l, l, i, i, i, l), -1),
            link("munmap", FunctionDescriptor.of(i, l, l), -1),
        };
    }

    private static MethodHandle link(String name, FunctionDescriptor descriptor, int firstVariadicIndex) {
        Linker linker = Linker.nativeLinker();
        MemorySegment symbol =
                linker.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new BrokenInvariant("the C library has no " + name));
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return firstVariadicIndex < 0
                ? linker.downcallHandle(symbol, descriptor, errno)
                : linker.downcallHandle(symbol, descriptor, errno, Linker.Option.firstVariadicArg(firstVariadicIndex));
    }

    static long uringSetup(MemorySegment errno, int entries, MemorySegment params) {
        return syscall(errno, IO_URING_SETUP, entries, params.address(), 0, 0);
    }

    static long uringEnter(MemorySegment errno, int ring, int toSubmit, int minComplete, int flags) {
        return syscall(errno, IO_URING_ENTER, ring, toSubmit, minComplete, flags);
    }

    static long uringRegister(MemorySegment errno, int ring, int operation, long argument, int count) {
        return syscall(errno, IO_URING_REGISTER, ring, operation, argument, count);
    }

    private static long syscall(MemorySegment errno, long number, long a, long b, long c, long d) {
        try {
            // The last two arguments of the longest call, a signal mask and its size, are not used.
            return result(errno, (long) SYSCALL.invokeExact(errno, number, a, b, c, d, 0L, 0L));
        } catch (Throwable e) {
            throw uncallable("syscall", e);
        }
    }

    /// A descriptor. Interrupted calls are repeated.
    static long open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            MemorySegment name = arena.allocateFrom(path);
            long descriptor;
            do {
                descriptor = result(errno, (int) OPEN.invokeExact(errno, name, flags, FILE_MODE));
            } while (descriptor == -EINTR);
            return descriptor;
        } catch (Throwable e) {
            throw uncallable("open", e);
        }
    }

    /// Never repeated: Linux has given the descriptor back even when it says EINTR.
    static long close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            return result(errno, (int) CLOSE.invokeExact(errno, descriptor));
        } catch (Throwable e) {
            throw uncallable("close", e);
        }
    }

    static long truncate(int descriptor, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            long result;
            do {
                result = result(errno, (int) FTRUNCATE.invokeExact(errno, descriptor, bytes));
            } while (result == -EINTR);
            return result;
        } catch (Throwable e) {
            throw uncallable("ftruncate", e);
        }
    }

    static long size(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES);
            return result(errno, (long) LSEEK.invokeExact(errno, descriptor, 0L, SEEK_END));
        } catch (Throwable e) {
            throw uncallable("lseek", e);
        }
    }

    /// The address at which `bytes` bytes of what the descriptor stands for are mapped, shared with the kernel.
    static long map(MemorySegment errno, int descriptor, long offset, long bytes) {
        try {
            return result(
                    errno,
                    (long)
                            MMAP.invokeExact(
                                    errno, 0L, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, descriptor, offset));
        } catch (Throwable e) {
            throw uncallable("mmap", e);
        }
    }

    static long unmap(MemorySegment errno, MemorySegment mapped) {
        try {
            return result(errno, (int) MUNMAP.invokeExact(errno, mapped.address(), mapped.byteSize()));
        } catch (Throwable e) {
            throw uncallable("munmap", e);
        }
    }

    private static long result(MemorySegment errno, long returned) {
        return returned != -1 ? returned : -(int) ERRNO.get(errno, 0L);
    }

    private static BrokenInvariant uncallable(String name, Throwable cause) {
        return new BrokenInvariant(name + " could not be called", cause);
    }

    /// True for the error numbers that say there is no space left.
    static boolean isFull(int errno) {
        return errno == ENOSPC || errno == EDQUOT;
    }

    /// The name of an error number and what it says.
    static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM (not permitted)";
            case ENOENT -> "ENOENT (no such file or directory)";
            case EINTR -> "EINTR (interrupted)";
            case 5 -> "EIO (input/output error)";
            case 9 -> "EBADF (bad file descriptor)";
            case EAGAIN -> "EAGAIN (try again)";
            case ENOMEM -> "ENOMEM (no memory, or RLIMIT_MEMLOCK reached)";
            case 13 -> "EACCES (permission denied)";
            case 14 -> "EFAULT (bad address)";
            case EBUSY -> "EBUSY (busy)";
            case EEXIST -> "EEXIST (exists already)";
            case 20 -> "ENOTDIR (not a directory)";
            case 21 -> "EISDIR (a directory)";
            case EINVAL -> "EINVAL (invalid argument)";
            case 23 -> "ENFILE (too many open files in the system)";
            case 24 -> "EMFILE (too many open files in this process)";
            case 27 -> "EFBIG (file too large)";
            case ENOSPC -> "ENOSPC (no space left on device)";
            case 30 -> "EROFS (read-only file system)";
            case ENOSYS -> "ENOSYS (not in this kernel)";
            case 95 -> "EOPNOTSUPP (not supported)";
            case EDQUOT -> "EDQUOT (disk quota exceeded)";
            default -> "errno " + errno;
        };
    }
}
