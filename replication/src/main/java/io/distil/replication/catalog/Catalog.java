package io.distil.replication.catalog;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/// Which streams there are, and what they are called. Written by one thread, read by any.
public final class Catalog {
    /// A stream's name: unique among all streams.
    private record Name(String collection, String tags) implements Comparable<Name> {
        static Name of(StreamDescriptor d) {
            StringBuilder text = new StringBuilder();
            // Tags are sorted, and neither keys nor values contain NUL, so different tags give different texts.
            d.tags().forEach((key, value) -> text.append(key).append('\0').append(value).append('\0'));
            return new Name(d.collection(), text.toString());
        }

        /// The first name of a collection.
        static Name first(String collection) {
            return new Name(collection, "");
        }

        @Override
        public int compareTo(Name other) {
            int byCollection = collection.compareTo(other.collection);
            return byCollection != 0 ? byCollection : tags.compareTo(other.tags);
        }
    }

    private final Map<StreamId, StreamDescriptor> byId = new ConcurrentHashMap<>();
    private final NavigableMap<Name, StreamId> byName = new ConcurrentSkipListMap<>();
    private final Set<StreamId> obliterated = ConcurrentHashMap.newKeySet();

    /// The stream with this id.
    ///
    /// @throws Refused `NO_SUCH_STREAM`
    public StreamDescriptor get(StreamId id) {
        StreamDescriptor descriptor = byId.get(id);
        if (descriptor == null) {
            throw new Refused(ErrorCode.NO_SUCH_STREAM, "there is no stream " + id);
        }
        return descriptor;
    }

    public Optional<StreamDescriptor> find(StreamId id) {
        return Optional.ofNullable(byId.get(id));
    }

    public int size() {
        return byId.size();
    }

    /// The next streams that match, by name.
    ///
    /// @param after where the page before ended, or null for the first page
    public List<StreamDescriptor> page(StreamFilter filter, StreamDescriptor after, int countMax) {
        NavigableMap<Name, StreamId> rest =
                after == null
                        ? byName.tailMap(Name.first(filter.collection()), true)
                        : byName.tailMap(Name.of(after), false);
        List<StreamDescriptor> page = new ArrayList<>();
        for (var entry : rest.entrySet()) {
            if (page.size() == countMax || !entry.getKey().collection().startsWith(filter.collection())) {
                break;
            }
            StreamDescriptor descriptor = byId.get(entry.getValue());
            if (descriptor != null && filter.matches(descriptor)) {
                page.add(descriptor);
            }
        }
        return page;
    }

    /// Collections with this prefix that have a stream which `isShown`, ascending. Skips from collection to collection.
    public List<String> collections(String prefix, Predicate<StreamId> isShown) {
        List<String> collections = new ArrayList<>();
        var entry = byName.ceilingEntry(Name.first(prefix));
        while (entry != null && entry.getKey().collection().startsWith(prefix)) {
            String collection = entry.getKey().collection();
            if (isShown.test(entry.getValue())) {
                collections.add(collection);
                // No collection contains NUL, so this is the smallest text behind the collection's own.
                entry = byName.ceilingEntry(Name.first(collection + '\0'));
            } else {
                entry = byName.higherEntry(entry.getKey());
            }
        }
        return collections;
    }

    public void create(StreamDescriptor d) {
        if (obliterated.contains(d.id())) {
            throw new Refused(
                    ErrorCode.STREAM_ID_OBLITERATED,
                    "stream " + d.id() + " was obliterated; its id cannot be used again");
        }
        if (byId.containsKey(d.id())) {
            throw new Refused(ErrorCode.STREAM_ID_EXISTS, "stream " + d.id() + " exists");
        }
        StreamId holder = byName.get(Name.of(d));
        if (holder != null) {
            throw new Refused(
                    ErrorCode.STREAM_NAME_EXISTS,
                    "collection " + d.collection() + " has a stream with tags " + d.tags() + ": " + holder);
        }
        put(d);
    }

    /// @return the new property version
    public long annotate(Mutation.Annotate m) {
        StreamDescriptor d = get(m.stream());
        if (d.propertyVersion() != m.expectedPropertyVersion()) {
            throw new Refused(
                    ErrorCode.STALE_PROPERTY_VERSION,
                    "stream "
                            + d.path()
                            + " is at property version "
                            + d.propertyVersion()
                            + ", not "
                            + m.expectedPropertyVersion());
        }
        Map<String, String> annotations = new TreeMap<>(d.annotations());
        annotations.keySet().removeAll(m.removals());
        annotations.putAll(m.changes());
        long version = d.propertyVersion() + 1;
        put(new StreamDescriptor(d.id(), d.collection(), d.tags(), annotations, version));
        return version;
    }

    public void obliterate(StreamId id) {
        StreamDescriptor d = get(id);
        remove(d);
        obliterated.add(id);
    }

    /// Forgets a stream that is another group's now; its id can come back.
    public void forget(StreamId id) {
        remove(get(id));
    }

    private void remove(StreamDescriptor d) {
        byName.remove(Name.of(d), d.id());
        byId.remove(d.id());
    }

    /// Ids that can never be used again. Any thread.
    public Set<StreamId> obliterated() {
        return Collections.unmodifiableSet(obliterated);
    }

    /// Forgets that an id was obliterated: another group remembers it now.
    public void forgetObliterated(StreamId id) {
        obliterated.remove(id);
    }

    /// Takes a stream as it was at a checkpoint, or in another group. Should two groups ever have given one name twice, the
    /// stream that was here first is found by it.
    public void put(StreamDescriptor d) {
        byId.put(d.id(), d);
        byName.putIfAbsent(Name.of(d), d.id());
    }

    /// Takes an obliterated id as it was at a checkpoint.
    public void putObliterated(StreamId id) {
        obliterated.add(id);
    }
}
