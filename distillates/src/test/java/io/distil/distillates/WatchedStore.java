package io.distil.distillates;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.LogPosition;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// A store in memory that remembers the outputs that were replaced, counts open snapshots, and can lose its connection
/// just before or just after it has done something.
final class WatchedStore extends ForwardingStore {
    /// What happens to the next atomic mutation.
    enum Mishap {
        NONE,
        LOST_BEFORE,
        LOST_AFTER
    }

    /// One piece of output, as it was replaced.
    record Replaced(StreamId stream, TimeRange range) {}

    final ModelStore model;
    final List<Replaced> replaced = new ArrayList<>();
    final AtomicInteger openSnapshots = new AtomicInteger();
    Mishap next = Mishap.NONE;

    WatchedStore(ModelStore model) {
        super(model);
        this.model = model;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        if (!(mutation instanceof Mutation.Atomic(List<Mutation.Replace> replacements, _))) {
            return model.submit(mutation, tag, durability);
        }
        Mishap mishap = next;
        next = Mishap.NONE;
        if (mishap == Mishap.LOST_BEFORE) {
            return CompletableFuture.failedFuture(new IOException("connection lost"));
        }
        CompletableFuture<Outcome> outcome = model.submit(mutation, tag, durability);
        if (!outcome.isCompletedExceptionally()) {
            replacements.forEach(r -> replaced.add(new Replaced(r.stream(), r.range())));
        }
        return mishap == Mishap.LOST_AFTER
                ? CompletableFuture.failedFuture(new IOException("connection lost"))
                : outcome;
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return model.await(position, durability);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) {
        StreamSnapshot snapshot = model.snapshot(stream, at);
        openSnapshots.incrementAndGet();
        return (StreamSnapshot)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {StreamSnapshot.class},
                        (_, method, args) -> {
                            if (method.getName().equals("close")) {
                                openSnapshots.decrementAndGet();
                            }
                            try {
                                return method.invoke(snapshot, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
