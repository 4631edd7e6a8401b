package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/// A disk in memory that keeps the rules of a real one, and breaks everything that a real one may break.
///
/// ## The model
///
/// A file has two states: what its readers see, and what the platter holds. Between them lie the *changes*, in order:
/// writes and size changes that have completed but were not synced.
///
/// ```
/// write ──in flight──▶ completed: seen, pending ──sync of the file──▶ on the platter
///   │ durable: ─────────────────────────────────────completion──────▶ on the platter
/// ```
///
/// When the power goes ({@link #crash}), of each file any subset of the pending changes survives, and of each write, in
/// flight or pending, any subset of its 512-byte sectors: that is the unit a disk writes whole. A file's size grows
/// with a surviving write or does not, and may stop at any page of it; bytes past the size are lost.
///
/// Names are a second state of the same kind: creations, renames and deletions are pending until the sync of each
/// directory they touch, and any subset survives. A synced file whose name was not synced may be gone: that is what
/// POSIX allows, though few file systems do it. A rename is there or not, never half. Directories are durable once
/// created, as {@link Disk#createDirectories} promises.
///
/// A sync covers what had completed when it was submitted, not what completed while it ran. A sync that fails leaves
/// the changes it was to cover in doubt *for good*: Linux marks the pages clean, so that the next sync succeeds without
/// them. (Rebello et al., *Can Applications Recover from fsync Failures?*, USENIX ATC 2020.) Code that retries a sync
/// and believes the answer loses data here.
///
/// What does **not** happen: a synced byte changing by itself (use {@link #flipBit}), a sector half written, one
/// file's write landing in another's.
///
/// ## Randomness
///
/// Everything undecided is decided by one seed: which completions come when, in which order, and what survives. A crash
/// first picks a temper for each file, because independent coins for every sector would almost never produce the likely
/// outcomes "nothing survived" and "everything did". Used from one thread; then a seed replays exactly.
public final class SimulatedDisk implements Disk {
    /// How a crash treats one file, or the names.
    enum Temper {
        NOTHING_SURVIVES,
        ALL_SURVIVES,
        WHOLE_CHANGES_SURVIVE,
        SECTORS_SURVIVE;

        private static final Temper[] ALL = values();

        static Temper any(SplittableRandom random) {
            return ALL[random.nextInt(ALL.length)];
        }

        boolean changeSurvives(SplittableRandom random) {
            return this == ALL_SURVIVES || this != NOTHING_SURVIVES && random.nextBoolean();
        }
    }

    /// A change of names: from no name (creation), to no name (deletion), or both (renaming).
    private record NameChange(String from, String to, SimulatedContents contents, Set<String> unsyncedDirectories) {
        void applyTo(Map<String, SimulatedContents> names) {
            if (from != null) {
                names.remove(from, contents);
            }
            if (to != null) {
                names.put(to, contents);
            }
        }
    }

    private final long seed;
    private final SplittableRandom random;
    private final SplittableRandom readRandom;
    private final TreeMap<String, SimulatedContents> seenNames = new TreeMap<>();
    private final TreeMap<String, SimulatedContents> durableNames = new TreeMap<>();
    private final List<NameChange> pendingNames = new ArrayList<>();
    private final Set<String> directories = new TreeSet<>();
    private final List<SimulatedQueue> queues = new ArrayList<>();

    private boolean isPowered = true;
    private long operationsUntilPowerCut = Long.MAX_VALUE;
    private long writesUntilFailure = Long.MAX_VALUE;
    private long syncsUntilFailure = Long.MAX_VALUE;
    private long capacityBytes = Long.MAX_VALUE;
    private long completionSequence;

    /// An empty disk.
    public SimulatedDisk(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        readRandom = new SplittableRandom(~seed);
        directories.add("");
    }

    // ---- what a tester does to it ----

    /// Cuts the power, if it is not off already, and returns a disk as it may be found afterwards. This disk, its files
    /// and its queues then fail every operation; what is in flight completes as failed, so that its owners can free
    /// their memory. Called again, it returns another possible outcome.
    public SimulatedDisk crash() {
        cutPower();
        SimulatedDisk found = new SimulatedDisk(random.nextLong());
        found.directories.addAll(directories);
        TreeMap<String, SimulatedContents> names = new TreeMap<>(durableNames);
        Temper temper = Temper.any(random);
        for (NameChange change : pendingNames) {
            if (temper.changeSurvives(random)) {
                change.applyTo(names);
            }
        }
        IdentityHashMap<SimulatedContents, SimulatedContents> survivors = new IdentityHashMap<>();
        names.forEach((name, contents) -> {
            SimulatedContents survivor =
                    survivors.computeIfAbsent(contents, c -> c.afterCrash(Temper.any(random), random));
            found.seenNames.put(name, survivor);
            found.durableNames.put(name, survivor);
        });
        return found;
    }

    /// Cuts the power by itself after this many more operations: writes, syncs, size changes and changes of names.
    public void cutPowerAfter(long operationCount) {
        operationsUntilPowerCut = operationCount;
    }

    /// False once the power was cut.
    public boolean isPowered() {
        return isPowered;
    }

    /// Makes one write fail with an input/output error, the `nth` from now to complete (1 is the next). Any part of it
    /// may have reached the file.
    public void failWrite(int nth) {
        writesUntilFailure = nth;
    }

    /// Makes one sync fail, of a file or a directory, the `nth` from now (1 is the next).
    public void failSync(int nth) {
        syncsUntilFailure = nth;
    }

    /// Lets all files together grow by this many bytes and no further, until it is called again.
    public void setFreeBytes(long bytes) {
        capacityBytes = bytes == Long.MAX_VALUE ? bytes : usedBytes() + bytes;
    }

    /// Rots one bit (0..7) of a file, wherever the byte is kept.
    public void flipBit(String name, long offset, int bit) {
        contents(name).flipBit(Math.toIntExact(offset), bit);
    }

    /// A copy of what readers of a file see.
    public byte[] bytes(String name) {
        return contents(name).bytes();
    }

    /// The names of all files, with their directories, ascending.
    public List<String> files() {
        return List.copyOf(seenNames.keySet());
    }

    private SimulatedContents contents(String name) {
        SimulatedContents contents = seenNames.get(name);
        BrokenInvariant.check(contents != null, "no file " + name + " on the simulated disk");
        return contents;
    }

    // ---- the disk ----

    @Override
    public String description() {
        return "simulated from seed " + seed;
    }

    @Override
    public DiskQueue openQueue(int depth) {
        SimulatedQueue queue = new SimulatedQueue(this, depth, random, readRandom);
        queues.add(queue);
        return queue;
    }

    @Override
    public DiskFile open(String name, OpenMode mode) throws IOException {
        requirePower("opening of " + name);
        checkName(name);
        SimulatedContents contents = seenNames.get(name);
        if (mode == OpenMode.CREATE) {
            if (contents != null) {
                throw new FileAlreadyExistsException(name);
            }
            if (!directories.contains(directoryOf(name))) {
                throw new NoSuchFileException(name);
            }
            contents = new SimulatedContents();
            change(null, name, contents);
        } else if (contents == null) {
            throw new NoSuchFileException(name);
        }
        return new SimulatedFile(this, name, contents, mode != OpenMode.READ);
    }

    @Override
    public boolean exists(String name) throws DiskFailed {
        requirePower("looking for " + name);
        return seenNames.containsKey(name);
    }

    @Override
    public List<String> list(String directory) throws DiskFailed {
        requirePower("listing of " + directory);
        List<String> names = new ArrayList<>();
        for (String name : seenNames.keySet()) {
            if (directoryOf(name).equals(directory)) {
                names.add(name.substring(name.lastIndexOf('/') + 1));
            }
        }
        return names;
    }

    @Override
    public List<String> directories(String directory) throws DiskFailed {
        requirePower("listing of " + directory);
        List<String> names = new ArrayList<>();
        for (String name : directories) {
            if (!name.isEmpty() && directoryOf(name).equals(directory)) {
                names.add(name.substring(name.lastIndexOf('/') + 1));
            }
        }
        return names;
    }

    @Override
    public void deleteDirectory(String directory) throws IOException {
        requirePower("deletion of " + directory);
        BrokenInvariant.check(
                list(directory).isEmpty() && directories(directory).isEmpty(), directory + " is not empty");
        directories.remove(directory);
    }

    @Override
    public void createDirectories(String directory) throws DiskFailed {
        requirePower("creation of " + directory);
        for (String at = directory; !at.isEmpty(); at = directoryOf(at)) {
            directories.add(at);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        requirePower("deletion of " + name);
        SimulatedContents contents = seenNames.get(name);
        if (contents == null) {
            throw new NoSuchFileException(name);
        }
        change(name, null, contents);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        requirePower("renaming of " + from);
        SimulatedContents contents = seenNames.get(from);
        if (contents == null || !directories.contains(directoryOf(to))) {
            throw new NoSuchFileException(contents == null ? from : to);
        }
        change(from, to, contents);
    }

    private void change(String from, String to, SimulatedContents contents) throws DiskFailed {
        countOperation();
        Set<String> touched = new HashSet<>();
        if (from != null) {
            touched.add(directoryOf(from));
        }
        if (to != null) {
            touched.add(directoryOf(to));
        }
        NameChange change = new NameChange(from, to, contents, touched);
        change.applyTo(seenNames);
        pendingNames.add(change);
    }

    @Override
    public void syncDirectory(String directory) throws DiskFailed {
        requirePower("sync of " + directory);
        countOperation();
        if (--syncsUntilFailure == 0) {
            throw new DiskFailed("sync of directory " + directory + " failed: EIO, as simulated");
        }
        // In their order: a later change of the same name must not be overtaken by an earlier one.
        for (Iterator<NameChange> changes = pendingNames.iterator(); changes.hasNext(); ) {
            NameChange change = changes.next();
            change.unsyncedDirectories().remove(directory);
            if (change.unsyncedDirectories().isEmpty()) {
                change.applyTo(durableNames);
                changes.remove();
            }
        }
    }

    @Override
    public long freeBytes() throws DiskFailed {
        requirePower("free bytes");
        return capacityBytes == Long.MAX_VALUE ? capacityBytes : Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public void close() {
        // Nothing is held outside the heap.
    }

    // ---- what files and queues ask of it ----

    void requirePower(String what) throws DiskFailed {
        if (!isPowered) {
            throw new DiskFailed(what + " failed: the simulated power is off");
        }
    }

    /// Counts an operation that is about to take effect, and cuts the power if it is the one after the last allowed.
    void countOperation() throws DiskFailed {
        if (operationsUntilPowerCut == 0) {
            cutPower();
        }
        operationsUntilPowerCut--;
        requirePower("an operation");
    }

    boolean isNextWriteToFail() {
        return --writesUntilFailure == 0;
    }

    boolean isNextSyncToFail() {
        return --syncsUntilFailure == 0;
    }

    boolean hasRoomFor(long bytesMore) {
        return bytesMore <= 0 || capacityBytes == Long.MAX_VALUE || usedBytes() + bytesMore <= capacityBytes;
    }

    long nextCompletionSequence() {
        return ++completionSequence;
    }

    long completionSequence() {
        return completionSequence;
    }

    void forget(SimulatedQueue queue) {
        queues.remove(queue);
    }

    private void cutPower() {
        if (isPowered) {
            isPowered = false;
            queues.forEach(SimulatedQueue::losePower);
        }
    }

    private long usedBytes() {
        return seenNames.values().stream().mapToLong(SimulatedContents::size).sum();
    }

    private static void checkName(String name) {
        BrokenInvariant.check(
                !name.startsWith("/") && !("/" + name + "/").contains("/../"),
                "name " + name + " leads out of the disk");
    }

    private static String directoryOf(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }
}
