package io.distil.integration.simulation.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.CorruptBlock;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.replication.command.CommandCodec;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// What stands at each position of the group's log, as the first replica that came there applied it; every other must do the
/// same. The model applies each command once, with the first.
final class Timeline {
    /// @param commandHash of the command's bytes
    /// @param outcome null if the command was refused, or a repetition
    record Step(long term, int commandHash, WriteTag tag, Outcome outcome) {}

    private final ModelStore model;
    private final TreeMap<Long, Step> steps = new TreeMap<>();
    private final Map<WriteTag, Long> positions = new HashMap<>();
    private final CommandCodec codec = new CommandCodec();

    Timeline(ModelStore model) {
        this.model = model;
    }

    long last() {
        return steps.isEmpty() ? 0 : steps.lastKey();
    }

    int count() {
        return steps.size();
    }

    /// What stands there, or null.
    Step at(long position) {
        return steps.get(position);
    }

    /// Where the mutation with this tag was applied, or null.
    Long positionOf(WriteTag tag) {
        return positions.get(tag);
    }

    /// The next position behind this one that anybody applied, or null.
    Long after(long position) {
        return steps.higherKey(position);
    }

    WriteTag tagOf(byte[] command) throws CorruptBlock {
        return codec.decode(MemorySegment.ofArray(command), "a command of the simulated log").tag();
    }

    /// A replica has applied `command`.
    void applied(long position, long term, byte[] command, WriteTag tag, Mutation mutation, Outcome outcome) {
        Step step = new Step(term, Arrays.hashCode(command), tag, outcome);
        Step first = steps.get(position);
        if (first != null) {
            assertThat(step).as("what a replica applied at %d, and what the first one did", position).isEqualTo(first);
            return;
        }
        assertThat(position).as("a replica applies at a position that another passed over").isGreaterThan(last());
        steps.put(position, step);
        if (outcome != null) {
            if (tag.isTagged()) {
                assertThat(positions.put(tag, position)).as("where %s was applied before", tag).isNull();
            }
            assertThat(model.submit(mutation).join()).as("outcome of %s", mutation).isEqualTo(outcome);
        } else if (!positions.containsKey(tag)) {
            assertThat(model.submit(mutation))
                    .as("the model on %s, which was refused", mutation)
                    .isCompletedExceptionally();
        }
    }
}
