package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.concurrent.CompletableFuture;

/// The groups of a node or of a cluster by their numbers, for whoever places tablets in them. Not for programs.
public interface GroupDoor {
    /// A store without groups.
    GroupDoor NONE =
            new GroupDoor() {
                @Override
                public CompletableFuture<Outcome> submitTo(int group, Mutation.OfTablets command, WriteTag tag) {
                    return CompletableFuture.failedFuture(none());
                }

                @Override
                public CompletableFuture<byte[]> ask(int group, byte[] question) {
                    return CompletableFuture.failedFuture(none());
                }

                private Refused none() {
                    return new Refused(ErrorCode.CLUSTER_CONFLICT, "this node is no part of a cluster");
                }
            };

    /// Has a group do a command about its tablets, durably at a majority. Fails as {@link Writes#submit} does.
    ///
    /// @param command not changed before the future completes
    CompletableFuture<Outcome> submitTo(int group, Mutation.OfTablets command, WriteTag tag);

    /// Asks what the leader of a group knows, everything acknowledged included.
    ///
    /// @param question and answer in the encoding of `io.distil.replication.placement`
    CompletableFuture<byte[]> ask(int group, byte[] question);
}
