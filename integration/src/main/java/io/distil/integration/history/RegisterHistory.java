package io.distil.integration.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What was done to the keys of a table, key by key: a history is linearizable if that of each key is (M. Herlihy, J. Wing,
/// *Linearizability: A Correctness Condition for Concurrent Objects*, 1990, theorem 1). Writes of several keys at
/// once are therefore no part of it ({@link TableSpec} is for those). Safe for use by many threads.
public final class RegisterHistory {
    /// What was found over all keys.
    ///
    /// @param undecided keys for which the search was given up, with its words
    /// @param longest operations of the key with the most of them
    public record Report(int keys, int operations, int inDoubt, int longest, List<String> undecided) {}

    private final Map<String, List<Operation<RegisterAction>>> byKey = new TreeMap<>();

    public synchronized void add(String key, Operation<RegisterAction> operation) {
        byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(operation);
    }

    /// @throws AssertionError if a key's operations have no order; names the key and shows where
    public synchronized Report check(Linearizability.Limits limits) {
        List<String> undecided = new ArrayList<>();
        int operations = 0;
        int inDoubt = 0;
        int longest = 0;
        for (Map.Entry<String, List<Operation<RegisterAction>>> entry : byKey.entrySet()) {
            List<Operation<RegisterAction>> ofKey = entry.getValue();
            operations += ofKey.size();
            inDoubt += (int) ofKey.stream().filter(Operation::isInDoubt).count();
            longest = Math.max(longest, ofKey.size());
            switch (Linearizability.check(new RegisterSpec(), ofKey, limits)) {
                case Verdict.Linearizable<RegisterAction> _ -> {
                    // As it should be.
                }
                case Verdict.NotLinearizable<RegisterAction> broken ->
                        throw new AssertionError("key " + entry.getKey() + " is " + broken);
                case Verdict.Undecided<RegisterAction> given ->
                        undecided.add("key " + entry.getKey() + ": " + given.why());
            }
        }
        return new Report(byKey.size(), operations, inDoubt, longest, List.copyOf(undecided));
    }
}
