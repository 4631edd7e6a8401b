package io.distil.storage.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// What a test must give back: off-heap bytes of every owner, and the descriptors of files and rings.
public final class Leaks {
    private final long[] bytesByOwner = offHeapBytes();
    private final List<String> descriptors = openDescriptors();

    /// Remembers how things are before the test.
    public Leaks() {}

    /// Asserts that they are so again.
    public void assertNone() {
        assertThat(offHeapBytes())
                .as("off-heap bytes of %s", Arrays.toString(MemoryOwner.values()))
                .isEqualTo(bytesByOwner);
        assertThat(openDescriptors()).as("open descriptors").isEqualTo(descriptors);
    }

    private static long[] offHeapBytes() {
        return Arrays.stream(MemoryOwner.values()).mapToLong(OffHeap::bytes).toArray();
    }

    /// What the descriptors that a disk could own point to. Jars and class files come and go with class loading.
    private static List<String> openDescriptors() {
        List<String> found = new ArrayList<>();
        File[] entries = new File("/proc/self/fd").listFiles();
        for (File entry : entries == null ? new File[0] : entries) {
            String target;
            try {
                target = Files.readSymbolicLink(Path.of(entry.getPath())).toString();
            } catch (IOException e) {
                continue; // The listing's own descriptor, closed by now.
            }
            if (target.contains("io_uring") || target.contains("distil")) {
                found.add(target);
            }
        }
        Collections.sort(found);
        return found;
    }
}
