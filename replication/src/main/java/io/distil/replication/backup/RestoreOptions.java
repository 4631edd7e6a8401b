package io.distil.replication.backup;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where a backup is restored to.
///
/// @param renames prefixes of table names and collections, each with what takes its place; the longest that fits counts
/// @param newStreamIds give streams ids of their own, so that they can live beside those they are copies of
/// @param workerCount how many parts are read at once; 1 works on the caller's thread
public record RestoreOptions(Map<String, String> renames, boolean newStreamIds, int workerCount) {
    public static final RestoreOptions DEFAULT = new RestoreOptions(Map.of(), false, 4);

    public RestoreOptions {
        renames = Map.copyOf(renames);
    }

    /// What a table or collection of this name is called in the store it is restored to.
    String renamed(String name) {
        Optional<String> longest =
                new TreeMap<>(renames)
                        .descendingKeySet().stream()
                                .filter(name::startsWith)
                                .max((a, b) -> Integer.compare(a.length(), b.length()));
        return longest.map(prefix -> renames.get(prefix) + name.substring(prefix.length())).orElse(name);
    }
}
