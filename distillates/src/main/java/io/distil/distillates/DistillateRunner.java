package io.distil.distillates;

import io.distil.base.NanoClock;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamStore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Keeps all distillates of a store up to date: a duty cycle of small steps, each one piece of one distillate, round
/// robin.
///
/// It holds nothing that matters. Specifications and cursors are records of the store, and whoever else changes one (a
/// person, another runner by mistake) is noticed: a step whose cursor is no longer at the expected revision is refused
/// by the store as a whole, output included.
///
/// Drive it by {@link #step} from one thread, or let {@link #start} make that thread.
public final class DistillateRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DistillateRunner.class);

    private final StreamStore store;
    private final NanoClock clock;
    private final Algorithms algorithms;
    private final RunnerOptions options;
    private final TreeMap<String, DistillateTask> tasks = new TreeMap<>();
    private String servedLast = "";
    private Thread thread;
    private volatile boolean closing;

    public DistillateRunner(StreamStore store, NanoClock clock, RunnerOptions options) {
        this(store, clock, Algorithms.SHIPPED, options);
    }

    public DistillateRunner(StreamStore store, NanoClock clock, Algorithms algorithms, RunnerOptions options) {
        this.store = store;
        this.clock = clock;
        this.algorithms = algorithms;
        this.options = options;
    }

    /// Does one piece of work for the next distillate that has any.
    ///
    /// @return false when there was nothing to do: every distillate is current, or pauses after a failure
    /// @throws IOException when the records cannot be read
    public boolean step() throws IOException {
        readRecords();
        return stepAny(tasks.tailMap(servedLast, false)) || stepAny(tasks.headMap(servedLast, true));
    }

    private boolean stepAny(SortedMap<String, DistillateTask> some) {
        for (Map.Entry<String, DistillateTask> entry : some.entrySet()) {
            if (entry.getValue().step()) {
                servedLast = entry.getKey();
                return true;
            }
        }
        return false;
    }

    private void readRecords() throws IOException {
        Map<String, StoredRecord> records = new HashMap<>();
        for (StoredRecord record : store.records(Keys.PREFIX)) {
            records.put(record.key(), record);
        }
        for (Iterator<Map.Entry<String, DistillateTask>> i = tasks.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<String, DistillateTask> entry = i.next();
            if (!records.containsKey(Keys.spec(entry.getKey()))) {
                entry.getValue().close();
                i.remove();
            }
        }
        for (StoredRecord record : records.values()) {
            if (Keys.isSpec(record.key())) {
                String name = Keys.nameOfSpec(record.key());
                StoredRecord cursor = records.get(Keys.cursor(name));
                if (cursor == null) {
                    LOG.warn("distillate {} has a specification and no cursor; register it again", name);
                } else {
                    tasks.computeIfAbsent(name, n -> new DistillateTask(n, store, algorithms, clock, options))
                            .records(record, cursor);
                }
            }
        }
    }

    /// Steps in a thread of its own until {@link #close}.
    public synchronized void start() {
        if (thread == null && !closing) {
            thread = Thread.ofPlatform().name("distillates").start(this::stepUntilClosed);
        }
    }

    private void stepUntilClosed() {
        while (!closing) {
            boolean worked = false;
            try {
                worked = step();
            } catch (IOException | RuntimeException e) {
                LOG.warn("the distillates' records could not be read: {}", e.toString());
            }
            if (!worked && !closing) {
                LockSupport.parkNanos(this, options.idleNanos());
            }
        }
    }

    /// Ends the thread after its present step and gives all snapshots and memory back. The store stays open.
    @Override
    public synchronized void close() {
        closing = true;
        if (thread != null) {
            LockSupport.unpark(thread);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        tasks.values().forEach(DistillateTask::close);
        tasks.clear();
    }
}
