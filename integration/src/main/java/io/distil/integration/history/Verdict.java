package io.distil.integration.history;

import java.util.List;
import java.util.stream.Collectors;

/// What the search found.
public sealed interface Verdict<A> {
    /// There is an order.
    ///
    /// @param order one of them; operations in doubt that it does without are not in it
    record Linearizable<A>(List<Operation<A>> order) implements Verdict<A> {}

    /// There is none.
    ///
    /// @param culprit the operation whose answer nothing explains: everything that returned before it can be explained
    /// @param attempts what each of the best orders leads to, some of them
    /// @param window the operations that overlap with the culprit, by call, and the last ones before it
    record NotLinearizable<A>(Operation<A> culprit, List<Attempt<A>> attempts, List<Operation<A>> window)
            implements Verdict<A> {
        @Override
        public String toString() {
            return "not linearizable: nothing explains\n  "
                    + culprit
                    + "\noperations around it, by call:"
                    + lines(window)
                    + attempts.stream().map(Object::toString).collect(Collectors.joining());
        }
    }

    /// An order of everything that returned before the culprit.
    ///
    /// @param orderEnd its last operations
    /// @param state where it leads to, as text
    record Attempt<A>(List<Operation<A>> orderEnd, String state) {
        @Override
        public String toString() {
            return "\none order of what returned before it ends with:"
                    + lines(orderEnd)
                    + "\nand leads to: "
                    + state
                    + ", from where nothing leads on";
        }
    }

    /// The search was given up: neither is known.
    record Undecided<A>(String why) implements Verdict<A> {
        @Override
        public String toString() {
            return "undecided: " + why;
        }
    }

    private static String lines(List<?> operations) {
        return operations.stream().map(operation -> "\n  " + operation).collect(Collectors.joining());
    }
}
