package io.distil.pqm;

import io.distil.base.BrokenInvariant;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Something that several views hold, freed by whoever lets go of it last, on whatever thread that is.
///
/// Born held once, by its maker. A holder may pass its hold on or add another with {@link #retain}; only somebody who does
/// not hold it yet and found it in a published place needs {@link #tryRetain}, which fails once the last hold is gone.
/// No locks: one compare-and-set each.
abstract class Shared {
    private static final VarHandle HOLDS;

    static {
        try {
            HOLDS = MethodHandles.lookup().findVarHandle(Shared.class, "holds", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int holds = 1;

    /// Adds a hold; the caller has one already, directly or through something that has.
    final void retain() {
        BrokenInvariant.check(tryRetain(), "a freed " + getClass().getSimpleName() + " was to be held again");
    }

    /// Adds a hold unless the last one is gone.
    final boolean tryRetain() {
        int seen = holds;
        while (seen > 0) {
            int witness = (int) HOLDS.compareAndExchange(this, seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    final void release() {
        int left = (int) HOLDS.getAndAdd(this, -1) - 1;
        BrokenInvariant.check(left >= 0, "a " + getClass().getSimpleName() + " was let go more often than it was held");
        if (left == 0) {
            free();
        }
    }

    final boolean isHeld() {
        return holds > 0;
    }

    /// Gives back what this stands for. Called once.
    abstract void free();
}
