package io.distil.wire.client;

import io.distil.base.api.Reverts;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A subscription to the reverts of a node, taken up again when its connection was lost. Any thread.
final class RevertSubscription implements Reverts.Subscription {
    private final Link link;
    private final Consumer<Reverts.Revert> listener;
    private CompletableFuture<Void> current;
    private boolean isClosed;

    RevertSubscription(Link link, Consumer<Reverts.Revert> listener) {
        this.link = link;
        this.listener = listener;
        begin();
    }

    private synchronized void begin() {
        if (isClosed || !link.isOpen()) {
            return;
        }
        current = link.read(_ -> new Request.SubscribeReverts(link.creditChunks()), this::heard);
        current.whenComplete((_, thrown) -> {
            if (thrown instanceof IOException) {
                begin();
            }
        });
    }

    private void heard(Answer.Chunk chunk) {
        if (chunk instanceof Answer.Reverted(List<Reverts.Revert> reverts)) {
            reverts.forEach(listener);
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        if (current != null) {
            current.cancel(false);
        }
    }
}
