package io.distil.replication.tablet;

import io.distil.base.api.Mutation;

import java.util.concurrent.atomic.LongAdder;

/// What a tablet has done since it was opened. Counted by its thread, read by any.
record TabletCounters(
        LongAdder mutations, LongAdder points, LongAdder refused, LongAdder commits, LongAdder checkpoints) {
    TabletCounters() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }

    void applied(Mutation mutation) {
        mutations.increment();
        switch (mutation) {
            case Mutation.Insert m -> points.add(m.points().count());
            case Mutation.Atomic m -> m.replacements().forEach(r -> points.add(r.points().count()));
            case Mutation.Create _,
                    Mutation.Annotate _,
                    Mutation.Obliterate _,
                    Mutation.Flush _,
                    Mutation.Delete _,
                    Mutation.DeleteUncommitted _,
                    Mutation.OfTable _,
                    Mutation.OfTablets _ -> {
                // No points of their own.
            }
        }
    }
}
