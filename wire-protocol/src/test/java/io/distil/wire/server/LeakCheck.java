package io.distil.wire.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.netty.util.ResourceLeakDetector;

import org.slf4j.LoggerFactory;

import java.io.File;
import java.util.Arrays;
import java.util.List;

/// What a process holds; compared before and after a test.
public final class LeakCheck {
    /// What Netty's leak detector said, at its paranoid level: buffers that were collected before they were released.
    private static final ListAppender<ILoggingEvent> NETTY_LEAKS = new ListAppender<>();

    static {
        Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        NETTY_LEAKS.start();
        logger.addAppender(NETTY_LEAKS);
    }

    private final long[] offHeap = offHeap();
    private final int descriptors = descriptors();

    /// Asserts that no off-heap byte, thread or descriptor is there that was not there before.
    public void assertNothingLeft() throws Exception {
        long until = System.nanoTime() + 5_000_000_000L;
        while (System.nanoTime() < until
                && !(Arrays.equals(offHeap(), offHeap) && threads().isEmpty() && descriptors() <= descriptors)) {
            Thread.sleep(10);
        }
        System.gc();
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        assertThat(NETTY_LEAKS.list).as("buffers Netty found leaked").isEmpty();
        assertThat(offHeap()).as("off-heap bytes by owner").isEqualTo(offHeap);
        assertThat(threads()).as("threads").isEmpty();
        assertThat(descriptors()).as("open descriptors").isLessThanOrEqualTo(descriptors);
    }

    private static long[] offHeap() {
        return Arrays.stream(MemoryOwner.values()).mapToLong(OffHeap::bytes).toArray();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("distil-"))
                .toList();
    }

    private static int descriptors() {
        String[] names = new File("/proc/self/fd").list();
        return names == null ? 0 : names.length;
    }
}
