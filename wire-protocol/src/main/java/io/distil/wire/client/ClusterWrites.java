package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Brings mutations to the leaders of their groups, each under one tag from its first attempt to its last: whichever nodes see
/// it, it is applied once. Any thread.
///
/// Every node sees the same client identity and the same row of numbers, with gaps where a number went to another group.
/// When a tablet moves, what its old group remembers of us moves along; so no number is ever used for two mutations, in
/// whatever groups.
final class ClusterWrites implements AutoCloseable {
    private static final String DOUBT = "; it may or may not have been done";

    private final Router router;
    private final Repetition repetition;
    private final DistilClientOptions options;
    private final Identity identity;
    private final MutationWindow window;
    private final Unconfirmed unconfirmed;

    ClusterWrites(Router router, Repetition repetition, ClusterClientOptions options, Identity identity) {
        this.router = router;
        this.repetition = repetition;
        this.options = options.node();
        this.identity = identity;
        this.window = new MutationWindow(options.node().inFlight().mutationsMax());
        this.unconfirmed = new Unconfirmed(position -> awaitAnswer(position, Durability.MAJORITY), options.onRevert());
    }

    /// @param tag untagged for one of ours
    CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        List<MutationPlan.Part> parts;
        List<WriteTag> tags = new ArrayList<>();
        try {
            parts = MutationPlan.of(mutation, router.map());
            if (tag.isTagged() && parts.size() > 1) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "a mutation with parts in "
                                + parts.size()
                                + " groups needs as many tags; let the client tag it");
            }
            for (int i = 0; i < parts.size(); i++) {
                tags.add(tag.isTagged() ? tag : nextTag());
            }
        } catch (Refused | IOException e) {
            answered(tag, tags);
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Outcome> result = new CompletableFuture<>();
        doPart(parts, tags, 0, durability, null)
                .whenComplete((outcome, thrown) -> {
                    // First, so that whoever hears the answer finds the room it left.
                    answered(tag, tags);
                    if (thrown == null) {
                        acknowledged(outcome, durability);
                        result.complete(outcome);
                    } else {
                        result.completeExceptionally(Repetition.bare(thrown));
                    }
                });
        return result;
    }

    /// Brings a command to the leader of a group, wherever that is.
    CompletableFuture<Outcome> submitTo(int group, Mutation.OfTablets command, WriteTag given) {
        WriteTag tag;
        try {
            tag = given.isTagged() ? given : nextTag();
        } catch (Refused | IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Outcome> result = new CompletableFuture<>();
        repetition
                .run(
                        _ -> router.leader(group).thenCompose(link -> link.submitTo(group, command, tag)),
                        true,
                        options.timeouts().mutationNanos(),
                        DOUBT)
                .whenComplete((outcome, thrown) -> {
                    answered(given, List.of(tag));
                    if (thrown == null) {
                        result.complete(outcome);
                    } else {
                        result.completeExceptionally(Repetition.bare(thrown));
                    }
                });
        return result;
    }

    /// Asks the leader of a group.
    CompletableFuture<byte[]> ask(int group, byte[] question) {
        return repetition.run(
                _ -> router.leader(group).thenCompose(link -> link.ask(group, question)),
                false,
                options.timeouts().readNanos(),
                "");
    }

    private WriteTag nextTag() throws IOException {
        return identity.tag(window.take(options.inFlight().waitsForRoom() && !router.isOwnThread()));
    }

    private void answered(WriteTag given, List<WriteTag> tags) {
        if (!given.isTagged()) {
            tags.forEach(tag -> window.answered(tag.sequence()));
        }
    }

    /// Does part after part; the outcome is that of the last.
    ///
    /// @param before the outcome of a part that was done already, or null
    private CompletableFuture<Outcome> doPart(
            List<MutationPlan.Part> parts, List<WriteTag> tags, int index, Durability durability, Outcome before) {
        boolean isLast = index == parts.size() - 1;
        MutationPlan.Part part = parts.get(index);
        // Replacements must be there for good before a record says that they are.
        Durability wanted = isLast || !durability.isLeader() ? durability : Durability.MAJORITY;
        CompletableFuture<Outcome> done =
                repetition.run(
                        attempt -> put(part, tags.get(index), wanted, attempt),
                        true,
                        options.timeouts().mutationNanos(),
                        DOUBT);
        if (parts.size() == 1) {
            return done;
        }
        return done.handle(
                        (outcome, thrown) -> {
                            boolean isMissing = thrown != null && isMissingPart(Repetition.bare(thrown));
                            if (thrown != null && (!isMissing || isLast && before == null)) {
                                return CompletableFuture.<Outcome>failedFuture(Repetition.bare(thrown));
                            }
                            Outcome sofar = isMissing ? before : outcome;
                            return isLast
                                    ? CompletableFuture.completedFuture(sofar)
                                    : doPart(parts, tags, index + 1, durability, sofar);
                        })
                .thenCompose(next -> next);
    }

    /// A group that has its tablet but has never seen the table or stream has nothing to flush or to drop; nor has one whose
    /// leader leads another group of the same table, and has done both at once.
    private static boolean isMissingPart(Throwable thrown) {
        return thrown instanceof Refused e
                && (e.code() == ErrorCode.NO_SUCH_TABLE || e.code() == ErrorCode.NO_SUCH_STREAM);
    }

    /// Puts a part to the leader of its group, as the map has it now.
    private CompletableFuture<Outcome> put(MutationPlan.Part part, WriteTag tag, Durability durability, int attempt) {
        int group = attempt == 0 ? part.group() : groupNow(part);
        return router.leader(group).thenCompose(link -> link.submit(part.mutation(), tag, durability));
    }

    /// Where a part belongs, now that the map is another one.
    private int groupNow(MutationPlan.Part part) {
        List<MutationPlan.Part> now = MutationPlan.of(part.mutation(), router.map());
        if (now.size() == 1) {
            return now.getFirst().group();
        }
        boolean isOneOfMany = !(part.mutation() instanceof Mutation.Atomic);
        if (isOneOfMany && now.stream().anyMatch(other -> other.group() == part.group())) {
            return part.group();
        }
        throw new Refused(
                ErrorCode.CLUSTER_CONFLICT,
                "the tablet of a mutation was split or moved while it was under way; submit it again");
    }

    // Durability.

    private void acknowledged(Outcome outcome, Durability durability) {
        if (durability.isLeader() && outcome.logged().group() != 0 && !router.isAlone()) {
            unconfirmed.add(outcome.logged());
        }
    }

    /// Fails at once for what is known as reverted, and asks the group for the rest.
    CompletableFuture<Void> await(LogPosition position, Durability durability) {
        if (unconfirmed.isReverted(position)) {
            return CompletableFuture.failedFuture(Unconfirmed.reverted(position));
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        awaitAnswer(position, durability)
                .whenComplete((_, thrown) -> {
                    if (thrown == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(Repetition.bare(thrown));
                    }
                });
        return result;
    }

    private CompletableFuture<Void> awaitAnswer(LogPosition position, Durability durability) {
        int group = position.group() == 0 ? ClusterMap.ROOT_GROUP : position.group();
        return repetition.run(
                _ -> router.leader(group).thenCompose(link -> link.await(position, durability)),
                false,
                options.timeouts().mutationNanos(),
                "");
    }

    @Override
    public void close() {
        window.close();
    }
}
