package io.distil.replication.raft;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.memory.Layouts;
import io.distil.replication.log.Journal;
import io.distil.replication.log.LogReader;
import io.distil.storage.ring.Disk;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// The payloads of a group's Raft entries on this replica's disk, each written once: Raft's own log keeps a header of a
/// hundred bytes per entry and says which (term, index) exist; this journal holds what they carry.
///
/// ```
///   write ──> queued ──(room)──> published ──(durable)──> indexed, future completes
///     └──────────────────────────> cache (recent payloads, bounded) <── read ──> LogReader (the disk)
/// ```
///
/// Any thread writes and reads; nothing there waits for the disk but a read of what the cache no longer has. One thread
/// owns {@link #poll}, {@link #await} and {@link #release}. The disk is never told of a truncation: an entry for a lower
/// index makes later ones void, and what Raft truncated without writing over it is not asked for, because Raft's log is
/// the authority.
final class RaftJournal implements AutoCloseable {
    /// Sizes.
    ///
    /// @param log of the log files
    /// @param cacheBytesMax payloads kept in memory for followers
    /// @param unappliedBytesMax entries that may be acknowledged and not applied
    record Options(Journal.Options log, long cacheBytesMax, long unappliedBytesMax) {
        static final Options DEFAULT = new Options(Journal.Options.DEFAULT, 16L << 20, 32L << 20);
    }

    /// A payload on its way to the disk, and in the cache afterwards.
    private static final class Write {
        final long term;
        final long raftIndex;
        final ByteString payload;
        final CompletableFuture<Void> durable = new CompletableFuture<>();
        boolean truncated;

        Write(long term, long raftIndex, ByteString payload) {
            this.term = term;
            this.raftIndex = raftIndex;
            this.payload = payload;
        }
    }

    static final String DIRECTORY = "journal";

    private static final int RAFT_INDEX = 0;
    private static final int TERM = 8;
    private static final int HEADER_BYTES = 16;

    private final Options options;
    private final Object lock = new Object();

    // Under the lock.
    private JournalIndex index = new JournalIndex();
    private final Deque<Write> queued = new ArrayDeque<>();
    private final Deque<Write> published = new ArrayDeque<>();
    private final TreeMap<Long, Write> cache = new TreeMap<>();
    private long cacheBytes;

    private IOException failure;

    /// Null while the journal is closed: what is written then waits.
    private volatile LogReader reader;

    private volatile Runnable doorbell = () -> {};
    private volatile boolean full;

    // The owner's.
    private Journal log;
    private final List<Write> completed = new ArrayList<>();

    RaftJournal(Options options) {
        this.options = options;
    }

    /// Opens the files in the directory `journal/` and finds what they hold. Closed again, and opened by another owner, when
    /// the replica is replaced; what Raft writes meanwhile is queued.
    ///
    /// @param tabletDoorbell wakes the owner when there is something to write
    void open(Disk disk, Runnable tabletDoorbell) throws IOException {
        JournalIndex found = new JournalIndex();
        Journal opened =
                Journal.openRetained(
                        disk,
                        DIRECTORY,
                        options.log(),
                        (position, entry) -> {
                            checkHeader(position, entry);
                            found.put(entry.get(Layouts.LONG, RAFT_INDEX), entry.get(Layouts.LONG, TERM), position);
                        });
        try {
            reader = opened.openReader();
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        synchronized (lock) {
            log = opened;
            index = found;
            failure = null;
        }
        doorbell = tabletDoorbell;
    }

    private static void checkHeader(long journalPosition, MemorySegment entry) throws CorruptBlock {
        if (entry.byteSize() < HEADER_BYTES) {
            throw new CorruptBlock(
                    DIRECTORY
                            + ": entry "
                            + journalPosition
                            + " has "
                            + entry.byteSize()
                            + " bytes; wanted at least "
                            + HEADER_BYTES);
        }
    }

    /// Hands a payload over to be written; the future completes when it is durable. Writes become durable in order.
    CompletableFuture<Void> write(long term, long raftIndex, ByteString payload) {
        Write write = new Write(term, raftIndex, payload);
        synchronized (lock) {
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            truncateMemory(raftIndex);
            queued.addLast(write);
            cache.put(raftIndex, write);
            cacheBytes += payload.size();
            evict();
        }
        doorbell.run();
        return write.durable;
    }

    /// Forgets `fromIndex` and what follows.
    void truncate(long fromIndex) {
        synchronized (lock) {
            truncateMemory(fromIndex);
        }
    }

    private void truncateMemory(long fromIndex) {
        index.truncate(fromIndex);
        for (Write write : cache.tailMap(fromIndex, true).values()) {
            write.truncated = true;
            cacheBytes -= write.payload.size();
        }
        cache.tailMap(fromIndex, true).clear();
    }

    /// Payloads go oldest first, but not before they are durable: until then there is no other copy.
    private void evict() {
        Map.Entry<Long, Write> oldest = cache.firstEntry();
        while (cacheBytes > options.cacheBytesMax() && oldest != null && oldest.getValue().durable.isDone()) {
            cache.remove(oldest.getKey());
            cacheBytes -= oldest.getValue().payload.size();
            oldest = cache.firstEntry();
        }
    }

    /// The payload of an entry.
    ///
    /// @throws CorruptBlock if it is not there or is damaged; Raft's log says that it exists, so the replica has lost it
    ByteString read(long term, long raftIndex) throws IOException {
        JournalIndex.Place place;
        String held;
        synchronized (lock) {
            Write cached = cache.get(raftIndex);
            if (cached != null && cached.term == term) {
                return cached.payload;
            }
            place = index.find(raftIndex);
            held = index.toString();
        }
        if (place == null || place.term() != term) {
            throw new CorruptBlock(
                    "the payload of Raft entry (term "
                            + term
                            + ", index "
                            + raftIndex
                            + ") is not in the journal, which "
                            + (place == null ? "holds " + held : "has one of term " + place.term() + " there"));
        }
        LogReader present = reader;
        if (present == null) {
            throw new IOException("the journal is closed");
        }
        ByteString[] payload = new ByteString[1];
        present.read(
                place.journalPosition(),
                (position, entry) -> {
                    checkHeader(position, entry);
                    if (entry.get(Layouts.LONG, RAFT_INDEX) != raftIndex || entry.get(Layouts.LONG, TERM) != term) {
                        throw new CorruptBlock("journal entry " + position + " is not that of Raft index " + raftIndex);
                    }
                    payload[0] = UnsafeByteOperations.unsafeWrap(entry.asSlice(HEADER_BYTES).toArray(Layouts.BYTE));
                });
        return payload[0];
    }

    /// Copies queued payloads into the log, starts writing, and completes what has become durable.
    ///
    /// @return how many payloads were moved on
    int poll() throws IOException {
        try {
            int moved = publishQueued() + log.poll(this::durable);
            return moved + publishQueued();
        } catch (IOException e) {
            throw passedOn(e);
        } finally {
            complete();
        }
    }

    /// As {@link #poll}, but waits for the write under way, if there is one.
    int await() throws IOException {
        try {
            return publishQueued() + log.await(this::durable);
        } catch (IOException e) {
            throw passedOn(e);
        } finally {
            complete();
        }
    }

    /// A full disk may pass; after any other failure nothing is known of what the disk holds.
    private IOException passedOn(IOException e) {
        if (!(e instanceof DiskFailed failed && failed.isFull())) {
            fail(e);
        }
        return e;
    }

    private int publishQueued() throws IOException {
        int moved = 0;
        Write next = nextToPublish();
        while (next != null) {
            MemorySegment entry = claim(next);
            if (entry == null) {
                break;
            }
            entry.set(Layouts.LONG, RAFT_INDEX, next.raftIndex);
            entry.set(Layouts.LONG, TERM, next.term);
            MemorySegment.copy(
                    MemorySegment.ofBuffer(next.payload.asReadOnlyByteBuffer()),
                    0,
                    entry,
                    HEADER_BYTES,
                    next.payload.size());
            log.publish();
            synchronized (lock) {
                BrokenInvariant.check(queued.pollFirst() == next, "another thread publishes");
                published.addLast(next);
            }
            moved++;
            next = nextToPublish();
        }
        return moved;
    }

    private MemorySegment claim(Write next) throws IOException {
        try {
            MemorySegment entry = log.claim(HEADER_BYTES + next.payload.size());
            full = false;
            return entry;
        } catch (DiskFailed e) {
            full = e.isFull();
            throw e;
        }
    }

    private Write nextToPublish() {
        synchronized (lock) {
            return queued.peekFirst();
        }
    }

    private void durable(long position, MemorySegment entry) {
        synchronized (lock) {
            Write write = published.removeFirst();
            BrokenInvariant.check(
                    write.raftIndex == entry.get(Layouts.LONG, RAFT_INDEX),
                    "journal entry " + position + " came back out of order");
            if (!write.truncated) {
                index.put(write.raftIndex, write.term, position);
            }
            completed.add(write);
        }
    }

    /// Outside the lock: what hangs on these futures is Ratis'.
    private void complete() {
        if (!completed.isEmpty()) {
            completed.forEach(write -> write.durable.complete(null));
            completed.clear();
            synchronized (lock) {
                evict();
            }
        }
    }

    private void fail(IOException cause) {
        List<Write> lost = new ArrayList<>();
        synchronized (lock) {
            failure = cause;
            lost.addAll(published);
            lost.addAll(queued);
            published.clear();
            queued.clear();
        }
        lost.forEach(write -> write.durable.completeExceptionally(cause));
    }

    /// True if the owner has nothing to do here but wait.
    boolean isIdle() {
        synchronized (lock) {
            return !isWriting() && queued.isEmpty();
        }
    }

    /// True while a write is under way: then {@link #await} waits for it.
    boolean isWriting() {
        return log != null && !log.isIdle();
    }

    /// True if the disk had no room for the last payload.
    boolean isFull() {
        return full;
    }

    /// Says that payloads before `raftIndex` will not be asked for again.
    void release(long raftIndex) {
        long position;
        synchronized (lock) {
            position = index.release(raftIndex, log.nextPosition() - published.size());
            for (Write write : cache.headMap(raftIndex, false).values()) {
                cacheBytes -= write.payload.size();
            }
            cache.headMap(raftIndex, false).clear();
        }
        log.release(position);
    }

    long writtenBytes() {
        return log.writtenBytes();
    }

    long retainedBytes() {
        return log.retainedBytes();
    }

    /// Ends the write under way and closes the files.
    @Override
    public void close() throws IOException {
        doorbell = () -> {};
        if (log == null) {
            return;
        }
        try {
            while (isWriting() && failure == null) {
                log.await(this::durable);
            }
        } finally {
            complete();
            requeue();
            reader.close();
            reader = null;
            log.close();
            log = null;
        }
    }

    /// What was copied into the log and not written, or not known to be, waits for the next opening.
    private void requeue() {
        synchronized (lock) {
            while (!published.isEmpty()) {
                queued.addFirst(published.removeLast());
            }
        }
    }

    /// The group leaves this node: whoever waits for the disk learns that nothing will come.
    void abandon() {
        fail(new IOException("the group has left this node"));
    }
}
