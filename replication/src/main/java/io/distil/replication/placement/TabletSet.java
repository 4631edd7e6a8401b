package io.distil.replication.placement;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Which keys are a group's own: the tablets of every space it was told about. Unchanging: a change makes another set.
///
/// The root group owns every space it was told nothing about, whole, as one tablet whose id is known from the space's name;
/// any other group owns nothing but what it was given. So a store that never had a split asks one question of an empty map.
public final class TabletSet {
    /// The first number given to a tablet or a move by counting; below it and above {@link #NAMED_ID_FROM} lie the ids that
    /// follow from a space's name.
    public static final long COUNTED_ID_FROM = 1000;

    private static final long STREAMS_ID = 1;
    private static final long NAMED_ID_FROM = 1L << 62;

    private final int group;

    /// By space; the tablets of one by their first keys. Those that occupy their keys do not overlap.
    private final Map<String, List<OwnedTablet>> bySpace;

    private final boolean isWhole;

    /// What a group owns that was never told anything.
    public static TabletSet initial(int group) {
        return new TabletSet(group, Map.of());
    }

    /// What a group owns by the rows of its checkpoint.
    public static TabletSet of(int group, Collection<OwnedTablet> tablets) {
        Map<String, List<OwnedTablet>> bySpace = new HashMap<>();
        tablets.forEach(tablet -> bySpace.computeIfAbsent(tablet.space(), _ -> new ArrayList<>()).add(tablet));
        bySpace.replaceAll((_, list) -> sorted(list));
        return new TabletSet(group, Map.copyOf(bySpace));
    }

    private TabletSet(int group, Map<String, List<OwnedTablet>> bySpace) {
        this.group = group;
        this.bySpace = bySpace;
        this.isWhole = isRoot() && bySpace.isEmpty();
    }

    private boolean isRoot() {
        return group == ClusterMap.ROOT_GROUP;
    }

    public int group() {
        return group;
    }

    /// True in a group that owns every key of every space: nothing need be asked then.
    public boolean isWhole() {
        return isWhole;
    }

    /// The id of the tablet that is a whole space, before any split of it.
    public static long wholeSpaceId(String space) {
        if (space.equals(ClusterMap.STREAMS)) {
            return STREAMS_ID;
        }
        // FNV-1a (G. Fowler, L. Noll, P. Vo); only to be the same everywhere and to differ from table to table.
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < space.length(); i++) {
            hash = (hash ^ space.charAt(i)) * 0x100000001b3L;
        }
        return NAMED_ID_FROM | hash >>> 2;
    }

    /// A space's name for people.
    public static String spaceName(String space) {
        return space.equals(ClusterMap.STREAMS) ? "streams" : "'" + space + "'";
    }

    /// The tablets of a space, by their first keys.
    public List<OwnedTablet> tablets(String space) {
        List<OwnedTablet> known = bySpace.get(space);
        if (known != null) {
            return known;
        }
        return isRoot() ? List.of(whole(space)) : List.of();
    }

    private static OwnedTablet whole(String space) {
        return OwnedTablet.serving(wholeSpaceId(space), space, KeyRange.ALL, 1, 0);
    }

    /// All tablets of the spaces the group was told about.
    public List<OwnedTablet> tablets() {
        return bySpace.values().stream().flatMap(List::stream).toList();
    }

    public Optional<OwnedTablet> find(String space, long id) {
        return tablets(space).stream().filter(tablet -> tablet.id() == id).findFirst();
    }

    /// The tablet of the group that has `key`, in whatever state but `DEPARTED`.
    public Optional<OwnedTablet> at(String space, byte[] key) {
        OwnedTablet found = holder(tablets(space), key);
        return Optional.ofNullable(found);
    }

    /// @throws Refused `WRONG_TABLET` if a mutation of `key` is not (or not now) this group's to do
    public void checkWrite(String space, byte[] key) {
        if (!isWhole) {
            check(space, key, OwnedTablet::isWritable, "written");
        }
    }

    /// @throws Refused `WRONG_TABLET` unless all keys of `range` can be written here
    public void checkWrite(String space, KeyRange range) {
        if (!isWhole) {
            check(space, range, OwnedTablet::isWritable, "written");
        }
    }

    /// @throws Refused `WRONG_TABLET` if `key` cannot be read here
    public void checkRead(String space, byte[] key) {
        if (!isWhole) {
            check(space, key, OwnedTablet::isReadable, "read");
        }
    }

    /// @throws Refused `WRONG_TABLET` unless all keys of `range` can be read here
    public void checkRead(String space, KeyRange range) {
        if (!isWhole) {
            check(space, range, OwnedTablet::isReadable, "read");
        }
    }

    /// Whether readers may see `key`; for listings, which leave out what is not the group's.
    public boolean shows(String space, byte[] key) {
        if (isWhole) {
            return true;
        }
        OwnedTablet tablet = holder(tablets(space), key);
        return tablet != null && tablet.isReadable();
    }

    private void check(String space, byte[] key, Predicate<OwnedTablet> may, String what) {
        OwnedTablet tablet = holder(tablets(space), key);
        if (tablet == null || !may.test(tablet)) {
            throw wrongTablet(space, key, tablet, what);
        }
    }

    private void check(String space, KeyRange range, Predicate<OwnedTablet> may, String what) {
        List<OwnedTablet> tablets = tablets(space);
        byte[] key = range.from();
        while (true) {
            OwnedTablet tablet = holder(tablets, key);
            if (tablet == null || !may.test(tablet)) {
                throw wrongTablet(space, key, tablet, what);
            }
            byte[] until = tablet.range().until();
            if (until == null || range.until() != null && Arrays.compareUnsigned(range.until(), until) <= 0) {
                return;
            }
            key = until;
        }
    }

    private static OwnedTablet holder(List<OwnedTablet> tablets, byte[] key) {
        int low = 0;
        int high = tablets.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            OwnedTablet tablet = tablets.get(middle);
            if (!tablet.occupies() || Arrays.compareUnsigned(tablet.range().from(), key) > 0) {
                high = middle - 1;
            } else if (tablet.range().contains(key)) {
                return tablet;
            } else {
                low = middle + 1;
            }
        }
        return null;
    }

    private Refused wrongTablet(String space, byte[] key, OwnedTablet tablet, String what) {
        String why =
                tablet != null
                        ? tablet.toString()
                        : isRoot() || !tablets(space).isEmpty()
                                ? "the key went to another group"
                                : "it has no part of it";
        return new Refused(
                ErrorCode.WRONG_TABLET,
                "key "
                        + HexFormat.of().formatHex(key)
                        + " of "
                        + spaceName(space)
                        + " cannot be "
                        + what
                        + " in group "
                        + group
                        + ": "
                        + why);
    }

    /// This set with `added` in place of `removed`; the other tablets of the space stay.
    TabletSet replace(String space, Collection<Long> removed, List<OwnedTablet> added) {
        List<OwnedTablet> tablets = new ArrayList<>(tablets(space));
        tablets.removeIf(tablet -> removed.contains(tablet.id()));
        tablets.addAll(added);
        if (tablets.stream().anyMatch(OwnedTablet::occupies)) {
            tablets.removeIf(tablet -> !tablet.occupies());
        }
        Map<String, List<OwnedTablet>> changed = new HashMap<>(bySpace);
        if (tablets.isEmpty()) {
            changed.remove(space);
        } else {
            changed.put(space, sorted(tablets));
        }
        return new TabletSet(group, Map.copyOf(changed));
    }

    private static List<OwnedTablet> sorted(List<OwnedTablet> tablets) {
        List<OwnedTablet> sorted = new ArrayList<>(tablets);
        sorted.sort(Comparator.comparing((OwnedTablet t) -> t.range().from(), Arrays::compareUnsigned));
        OwnedTablet before = null;
        for (OwnedTablet tablet : sorted) {
            BrokenInvariant.check(
                    before == null || !overlap(before.range(), tablet.range()), before + " overlaps " + tablet);
            before = tablet;
        }
        return List.copyOf(sorted);
    }

    /// Whether two ranges share a place where keys could be.
    public static boolean overlap(KeyRange a, KeyRange b) {
        return (a.until() == null || Arrays.compareUnsigned(b.from(), a.until()) < 0)
                && (b.until() == null || Arrays.compareUnsigned(a.from(), b.until()) < 0);
    }
}
