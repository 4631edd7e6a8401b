package io.distil.base.api;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which streams are meant: all conditions hold together.
///
/// @param collection what the collection must equal or, if `collectionIsPrefix`, start with; empty text with a prefix is
///     every collection
/// @param tags keys that must be present; with a value, it must be equal
/// @param annotations as for tags
public record StreamFilter(
        String collection,
        boolean collectionIsPrefix,
        Map<String, Optional<String>> tags,
        Map<String, Optional<String>> annotations) {
    public static final StreamFilter ALL = ofPrefix("");

    public StreamFilter {
        tags = Map.copyOf(tags);
        annotations = Map.copyOf(annotations);
    }

    public static StreamFilter ofPrefix(String prefix) {
        return new StreamFilter(prefix, true, Map.of(), Map.of());
    }

    /// The stream called `name` in `collection`; other tags may be there too.
    public static StreamFilter ofName(String collection, String name) {
        return new StreamFilter(collection, false, Map.of(StreamDescriptor.NAME_TAG, Optional.of(name)), Map.of());
    }

    public boolean matches(StreamDescriptor stream) {
        boolean collectionMatches =
                collectionIsPrefix
                        ? stream.collection().startsWith(collection)
                        : stream.collection().equals(collection);
        return collectionMatches && hasAll(stream.tags(), tags) && hasAll(stream.annotations(), annotations);
    }

    private static boolean hasAll(Map<String, String> present, Map<String, Optional<String>> wanted) {
        for (var entry : new TreeMap<>(wanted).entrySet()) {
            String value = present.get(entry.getKey());
            if (value == null || entry.getValue().isPresent() && !entry.getValue().get().equals(value)) {
                return false;
            }
        }
        return true;
    }
}
