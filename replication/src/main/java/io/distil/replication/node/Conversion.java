package io.distil.replication.node;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.api.Durability;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableInfo;
import io.distil.base.api.WriteTag;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.Disk;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/// Makes the store of a node on its own fit to be the root group's first replica: everything buffered is committed and a
/// checkpoint taken, so that nothing is owed to the log of one disk, which Raft will not read.
///
/// Killed in the middle, it is done again at the next start: until Raft knows the group, the directory is that of a node on
/// its own.
final class Conversion {
    private static final Logger LOG = LoggerFactory.getLogger(Conversion.class);
    private static final int PAGE_STREAMS = 1000;
    private static final int IN_FLIGHT_MAX = 256;

    private final LocalStore store;
    private final Deque<CompletableFuture<?>> inFlight = new ArrayDeque<>();
    private long committed;

    private Conversion(LocalStore store) {
        this.store = store;
    }

    static void settle(Disk disk, LocalStoreOptions options, NanoClock clock) throws IOException {
        try (LocalStore store = LocalStore.open(disk, options, clock)) {
            Conversion conversion = new Conversion(store);
            conversion.commitAll();
            LOG.info(
                    "The store of a node on its own becomes the first replica of a cluster; {} buffers were committed.",
                    conversion.committed);
        }
    }

    private void commitAll() throws IOException {
        try (StreamCursor streams = store.find(StreamFilter.ALL)) {
            for (var page = streams.next(PAGE_STREAMS); !page.isEmpty(); page = streams.next(PAGE_STREAMS)) {
                for (StreamInfo stream : page) {
                    StreamId id = stream.descriptor().id();
                    commit(stream.version().minor(), new Mutation.Flush(id));
                }
            }
        }
        for (TableInfo table : store.tables("")) {
            commit(table.version().minor(), new Mutation.FlushTable(table.name()));
        }
        while (!inFlight.isEmpty()) {
            RootRecords.await(inFlight.poll());
        }
    }

    /// @param minor of the present version: a buffer with something in it has one above 0
    private void commit(long minor, Mutation flush) throws IOException {
        if (minor == 0) {
            return;
        }
        if (inFlight.size() == IN_FLIGHT_MAX) {
            RootRecords.await(inFlight.poll());
        }
        inFlight.add(store.submit(flush, WriteTag.NONE, Durability.MAJORITY));
        committed++;
    }
}
