package io.distil.integration.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Tries every order, remembers nothing: slow, and plainly right.
final class BruteForce {
    private BruteForce() {}

    static <S, A> boolean isLinearizable(SequentialSpec<S, A> spec, List<Operation<A>> history) {
        return canEnd(spec, spec.initial(), history);
    }

    private static <S, A> boolean canEnd(SequentialSpec<S, A> spec, S state, List<Operation<A>> left) {
        if (left.stream().allMatch(Operation::isInDoubt)) {
            return true;
        }
        for (Operation<A> first : left) {
            if (left.stream().anyMatch(other -> other.returnedNanos() < first.calledNanos())) {
                continue;
            }
            Optional<S> after = spec.step(state, first.action());
            if (after.isPresent()) {
                List<Operation<A>> others = new ArrayList<>(left);
                others.remove(first);
                if (canEnd(spec, after.get(), others)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// That `order` holds every answered operation once, keeps their times and explains all answers.
    static <S, A> void assertIsOrder(SequentialSpec<S, A> spec, List<Operation<A>> history, List<Operation<A>> order) {
        assertThat(order).doesNotHaveDuplicates();
        assertThat(history).containsAll(order);
        assertThat(order).containsAll(history.stream().filter(operation -> !operation.isInDoubt()).toList());
        S state = spec.initial();
        for (int i = 0; i < order.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(order.get(j).calledNanos()).isLessThanOrEqualTo(order.get(i).returnedNanos());
            }
            state = spec.step(state, order.get(i).action()).orElseThrow();
        }
    }
}
