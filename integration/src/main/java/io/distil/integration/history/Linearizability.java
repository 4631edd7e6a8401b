package io.distil.integration.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks for an order of a history's operations in which each gets the answer it got, and none comes before one that had
/// returned before it was called.
///
/// The search is J. M. Wing and C. Gong's (*Testing and Verifying Concurrent Objects*, Journal of Parallel and Distributed
/// Computing 17, 1993): take away an operation that may come first, step the specification, go on, go back where nothing
/// leads on. With G. Lowe's improvement (*Testing for linearizability*, Concurrency and Computation 29(4), 2017):
/// a *configuration*, the set of operations taken and the state, is never searched twice. Histories of many keys are checked
/// key by key ({@link RegisterHistory}), after A. Horn and D. Kroening (*Faster linearizability checking via
/// P-compositionality*, FORTE 2015), from whom the linked list of calls and returns is, too.
///
/// Three things are added, because faults leave many operations in doubt, each of which doubles what there is to search:
///
/// - A read that may come first and gets its answer is taken at once and without an alternative: an order with it in a later
///   place stays one when it is moved to the front.
/// - Operations in doubt need not be taken. Of two configurations with the same state and the same answered operations taken,
///   the one that used up fewer of those in doubt can do whatever the other can; so only the least sets are kept.
/// - Hence an operation in doubt is of no use if the next one would have led to the same state without it.
///
/// The search has bounds and says so when it meets them: {@link Verdict.Undecided}.
public final class Linearizability<S, A> {
    /// @param stepsMax questions to the specification: bounds the time
    /// @param memoryBytesMax of remembered configurations
    public record Limits(long stepsMax, long memoryBytesMax) {
        /// A few seconds, and what a small heap has left.
        public static final Limits DEFAULT = new Limits(20_000_000, 128 << 20);
    }

    private static final int ATTEMPTS_SHOWN = 3;
    private static final int ORDER_END_SHOWN = 5;
    private static final int WINDOW_BEFORE_SHOWN = 5;

    private static final int NONE = -1;

    /// Object headers and the hash table's own share, generously.
    private static final long CONFIGURATION_OVERHEAD_BYTES = 200;

    /// An operation taken.
    ///
    /// @param place of it: below `answered.size()` in `answered`, else behind it in `inDoubt`
    /// @param before the state before it
    /// @param isForced true if there is no alternative to it
    private record Taken<S>(int place, S before, boolean isForced) {}

    /// Which answered operations were taken, and the state.
    private record Configuration<S>(Bits answered, S state) {}

    /// A set of small numbers that can be a key.
    private record Bits(long[] words) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Bits bits && Arrays.equals(words, bits.words);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }

        boolean isWithin(long[] others) {
            for (int i = 0; i < words.length; i++) {
                if ((words[i] & ~others[i]) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final SequentialSpec<S, A> spec;
    private final Limits limits;

    /// By call.
    private final List<Operation<A>> answered;

    /// By call.
    private final List<Operation<A>> inDoubt;

    /// Calls and returns of the answered operations not taken, by time, calls first: operation `i` is called at entry `i` and
    /// returns at entry `answered.size() + i`. The last entry is the head and the end of the ring.
    private final int[] next;

    private final int[] previous;
    private final int head;

    private final long[] answeredTaken;
    private final long[] inDoubtTaken;
    private final List<Taken<S>> path = new ArrayList<>();
    private final Map<Configuration<S>, List<Bits>> seen = new HashMap<>();
    private S state;
    private int answeredLeft;
    private long steps;
    private long memoryBytes;

    /// The answered operation with the latest return that the search could not get past, and what led there.
    private int culprit = NONE;

    private final List<Verdict.Attempt<A>> attempts = new ArrayList<>();

    public static <S, A> Verdict<A> check(SequentialSpec<S, A> spec, List<Operation<A>> history, Limits limits) {
        return new Linearizability<>(spec, history, limits).search();
    }

    private Linearizability(SequentialSpec<S, A> spec, List<Operation<A>> history, Limits limits) {
        this.spec = spec;
        this.limits = limits;
        this.state = spec.initial();
        Comparator<Operation<A>> byCall = Comparator.comparingLong(Operation::calledNanos);
        answered = history.stream().filter(operation -> !operation.isInDoubt()).sorted(byCall).toList();
        inDoubt = history.stream().filter(Operation::isInDoubt).sorted(byCall).toList();
        answeredLeft = answered.size();
        answeredTaken = new long[(answered.size() + 63) / 64];
        inDoubtTaken = new long[(inDoubt.size() + 63) / 64];
        head = 2 * answered.size();
        next = new int[head + 1];
        previous = new int[head + 1];
        link();
    }

    private void link() {
        Integer[] entries = new Integer[head];
        Arrays.setAll(entries, entry -> entry);
        // Equal times are taken for overlap: the clock is no finer.
        Arrays.sort(entries, Comparator.<Integer>comparingLong(this::nanosOf).thenComparing(this::isReturn));
        int last = head;
        for (int entry : entries) {
            next[last] = entry;
            previous[entry] = last;
            last = entry;
        }
        next[last] = head;
        previous[head] = last;
    }

    private long nanosOf(int entry) {
        return isReturn(entry)
                ? answered.get(entry - answered.size()).returnedNanos()
                : answered.get(entry).calledNanos();
    }

    private boolean isReturn(int entry) {
        return entry >= answered.size();
    }

    private Verdict<A> search() {
        boolean isNew = settle();
        int last = NONE;
        while (answeredLeft > 0) {
            if (steps > limits.stepsMax || memoryBytes > limits.memoryBytesMax) {
                return new Verdict.Undecided<>(
                        "%d operations, %d of them in doubt: given up after %d steps and %d remembered bytes"
                                .formatted(answered.size() + inDoubt.size(), inDoubt.size(), steps, memoryBytes));
            }
            int place = isNew ? firstPossibleAfter(last) : NONE;
            if (place != NONE) {
                take(place, step(place).orElseThrow(), false);
                isNew = settle();
                last = NONE;
                continue;
            }
            if (isNew) {
                noteDeadEnd();
            }
            last = goBack();
            if (last == NONE) {
                return explanation();
            }
            isNew = true;
        }
        return new Verdict.Linearizable<>(orderFrom(0));
    }

    /// Takes every operation to which there is no alternative, then looks whether this configuration is new.
    private boolean settle() {
        int entry = next[head];
        while (!isReturn(entry)) {
            int before = previous[entry];
            boolean isTaken = false;
            if (spec.isReadOnly(at(entry).action())) {
                Optional<S> after = step(entry);
                // A read that also tells something new of the state is a choice like others.
                isTaken = after.isPresent() && after.get().equals(state);
            }
            if (isTaken) {
                take(entry, state, true);
            }
            entry = isTaken ? next[before] : next[entry];
        }
        return answeredLeft == 0 || remember();
    }

    private Optional<S> step(int place) {
        steps++;
        return spec.step(state, at(place).action());
    }

    private Operation<A> at(int place) {
        return place < answered.size() ? answered.get(place) : inDoubt.get(place - answered.size());
    }

    private boolean remember() {
        Configuration<S> configuration = new Configuration<>(new Bits(answeredTaken.clone()), state);
        List<Bits> least = seen.computeIfAbsent(configuration, _ -> new ArrayList<>(1));
        if (least.stream().anyMatch(used -> used.isWithin(inDoubtTaken))) {
            return false;
        }
        Bits used = new Bits(inDoubtTaken.clone());
        least.removeIf(other -> used.isWithin(other.words));
        least.add(used);
        memoryBytes += 8L * (answeredTaken.length + inDoubtTaken.length) + CONFIGURATION_OVERHEAD_BYTES;
        return true;
    }

    /// The next operation that may come first here: answered ones by call, then those in doubt by call.
    ///
    /// @param last the one tried before it, or {@link #NONE}
    private int firstPossibleAfter(int last) {
        int place = last;
        if (place < answered.size()) {
            for (int entry = next[place == NONE ? head : place]; !isReturn(entry); entry = next[entry]) {
                if (leadsOn(entry)) {
                    return entry;
                }
            }
            place = answered.size() - 1;
        }
        long firstReturnNanos = answered.get(firstReturned()).returnedNanos();
        for (int i = place + 1 - answered.size(); i < inDoubt.size(); i++) {
            if (inDoubt.get(i).calledNanos() > firstReturnNanos) {
                break;
            }
            if ((inDoubtTaken[i >> 6] & 1L << i) == 0 && leadsOn(answered.size() + i)) {
                return answered.size() + i;
            }
        }
        return NONE;
    }

    private boolean leadsOn(int place) {
        Optional<S> after = step(place);
        if (after.isEmpty() || place >= answered.size() && after.get().equals(state)) {
            return false;
        }
        Taken<S> last = path.isEmpty() ? null : path.getLast();
        boolean isLastInDoubt = last != null && last.place >= answered.size();
        return !isLastInDoubt || !spec.step(last.before, at(place).action()).equals(after);
    }

    /// Of those not taken, the one that returned first: it is the next that must be explained.
    private int firstReturned() {
        int entry = next[head];
        while (!isReturn(entry)) {
            entry = next[entry];
        }
        return entry - answered.size();
    }

    private void take(int place, S after, boolean isForced) {
        path.add(new Taken<>(place, state, isForced));
        state = after;
        if (place < answered.size()) {
            answeredTaken[place >> 6] |= 1L << place;
            answeredLeft--;
            unlink(place);
            unlink(answered.size() + place);
        } else {
            int i = place - answered.size();
            inDoubtTaken[i >> 6] |= 1L << i;
        }
    }

    /// Undoes the last choice and all that followed from it.
    ///
    /// @return the operation that was chosen, or {@link #NONE} if there was no choice left
    private int goBack() {
        while (!path.isEmpty()) {
            Taken<S> taken = path.removeLast();
            state = taken.before;
            int place = taken.place;
            if (place < answered.size()) {
                answeredTaken[place >> 6] &= ~(1L << place);
                answeredLeft++;
                relink(answered.size() + place);
                relink(place);
            } else {
                int i = place - answered.size();
                inDoubtTaken[i >> 6] &= ~(1L << i);
            }
            if (!taken.isForced) {
                return place;
            }
        }
        return NONE;
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        previous[next[entry]] = previous[entry];
    }

    /// In the reverse order of unlinking: an entry taken out remembers its neighbours.
    private void relink(int entry) {
        next[previous[entry]] = entry;
        previous[next[entry]] = entry;
    }

    /// A dead end is the better, the later the return at which it ends. The best explain everything that returned before the
    /// culprit, for otherwise the search would have got further.
    private void noteDeadEnd() {
        int operation = firstReturned();
        if (culprit == NONE || answered.get(operation).returnedNanos() > answered.get(culprit).returnedNanos()) {
            culprit = operation;
            attempts.clear();
        }
        String end = state.toString();
        boolean isShown = attempts.stream().anyMatch(attempt -> attempt.state().equals(end));
        if (operation == culprit && !isShown && attempts.size() < ATTEMPTS_SHOWN) {
            attempts.add(new Verdict.Attempt<>(orderFrom(Math.max(0, path.size() - ORDER_END_SHOWN)), end));
        }
    }

    private List<Operation<A>> orderFrom(int index) {
        return path.subList(index, path.size()).stream().map(taken -> at(taken.place)).toList();
    }

    private Verdict<A> explanation() {
        Operation<A> unexplained = answered.get(culprit);
        List<Operation<A>> before =
                answered.stream()
                        .filter(operation -> operation.returnedNanos() < unexplained.calledNanos())
                        .sorted(Comparator.comparingLong(Operation::returnedNanos))
                        .toList();
        List<Operation<A>> window = new ArrayList<>();
        Stream.concat(answered.stream(), inDoubt.stream()).filter(unexplained::isConcurrentWith).forEach(window::add);
        window.addAll(before.subList(Math.max(0, before.size() - WINDOW_BEFORE_SHOWN), before.size()));
        window.sort(Comparator.comparingLong(Operation::calledNanos));
        return new Verdict.NotLinearizable<>(unexplained, List.copyOf(attempts), List.copyOf(window));
    }
}
