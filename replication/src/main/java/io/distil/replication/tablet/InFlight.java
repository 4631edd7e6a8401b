package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;

import java.util.function.Consumer;

/// Mutations that were published and have not come back, by ticket. Tickets are consecutive, and mostly come back in their
/// order, so this is a circle over the ones between the oldest and the newest; it grows as needed. One owner thread.
final class InFlight {
    private Pending[] circle = new Pending[1024];

    /// The ticket of the oldest that may still be here.
    private long oldest = 1;

    private long next = 1;
    private int creationCount;

    void add(long ticket, Pending pending) {
        BrokenInvariant.check(ticket == next, "ticket " + ticket + " was given, " + next + " is next");
        if (next - oldest == circle.length) {
            grow();
        }
        circle[slot(ticket)] = pending;
        next++;
        creationCount += pending.isCreation() ? 1 : 0;
    }

    private void grow() {
        Pending[] larger = new Pending[2 * circle.length];
        for (long ticket = oldest; ticket < next; ticket++) {
            larger[(int) (ticket & larger.length - 1)] = circle[slot(ticket)];
        }
        circle = larger;
    }

    /// The one with this ticket, which stays.
    Pending get(long ticket) {
        check(ticket);
        Pending pending = circle[slot(ticket)];
        BrokenInvariant.check(pending != null, "ticket " + ticket + " has come back already");
        return pending;
    }

    /// Removes the one with this ticket.
    Pending take(long ticket) {
        Pending pending = get(ticket);
        circle[slot(ticket)] = null;
        creationCount -= pending.isCreation() ? 1 : 0;
        while (oldest < next && circle[slot(oldest)] == null) {
            oldest++;
        }
        return pending;
    }

    private void check(long ticket) {
        BrokenInvariant.check(
                ticket >= oldest && ticket < next, "ticket " + ticket + " came back of [" + oldest + ", " + next + ")");
    }

    /// Removes all, oldest first.
    void takeAll(Consumer<Pending> taken) {
        while (oldest < next) {
            taken.accept(take(oldest));
        }
    }

    /// True if the creation of a stream or a table is among them.
    boolean hasCreation() {
        return creationCount > 0;
    }

    boolean isEmpty() {
        return oldest == next;
    }

    private int slot(long ticket) {
        return (int) (ticket & circle.length - 1);
    }
}
