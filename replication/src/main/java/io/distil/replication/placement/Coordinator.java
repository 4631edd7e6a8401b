package io.distil.replication.placement;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Mutation;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Splits, merges and moves tablets, and keeps the map in step with the groups. Runs on the node that leads the root group;
/// one thread at a time. Should two nodes believe for a moment that they are it, nothing worse happens than that one of them
/// is refused.
///
/// Nothing of it is lost with the node: moves are records of the root group, and every other difference between map and
/// groups is found by looking ({@link #reconcile}).
public final class Coordinator {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    private final MapStore mapStore;
    private final Groups groups;
    private final Map<Long, Mover> movers = new HashMap<>();

    public Coordinator(MapStore mapStore, Groups groups) {
        this.mapStore = mapStore;
        this.groups = groups;
    }

    /// The map as it is now.
    public TabletMap map() throws IOException {
        return TabletMap.read(mapStore);
    }

    /// Splits a tablet at a key that lies strictly inside of it. Done again, it finds itself done.
    ///
    /// @param tables names of tables of which the map may have no rows yet
    public void split(long tablet, byte[] key, Collection<String> tables) throws IOException {
        MapEntry row = map().row(tablet, tables);
        if (Arrays.equals(row.range().from(), key)
                || map().rows(row.space()).stream().anyMatch(other -> Arrays.equals(other.range().from(), key))) {
            return;
        }
        OwnedTablet owned = owned(row);
        long right = allocate();
        submit(row.group(), new TabletCommand.Split(row.space(), tablet, owned.generation(), key, right));
        refresh(row.space(), row.group());
        LOG.info("Split tablet {} of {} in group {}", tablet, TabletSet.spaceName(row.space()), row.group());
    }

    /// Joins two neighbours that lie in one group.
    public void merge(long left, long right, Collection<String> tables) throws IOException {
        TabletMap map = map();
        MapEntry leftRow = map.row(left, tables);
        MapEntry rightRow = map.row(right, tables);
        if (leftRow.group() != rightRow.group() || !leftRow.space().equals(rightRow.space())) {
            throw new Refused(
                    ErrorCode.CLUSTER_CONFLICT,
                    "tablets "
                            + left
                            + " and "
                            + right
                            + " lie in groups "
                            + leftRow.group()
                            + " and "
                            + rightRow.group()
                            + " and cannot be merged before one of them has moved");
        }
        submit(
                leftRow.group(),
                new TabletCommand.Merge(
                        leftRow.space(), left, owned(leftRow).generation(), right, owned(rightRow).generation()));
        refresh(leftRow.space(), leftRow.group());
        LOG.info("Merged tablets {} and {} of {}", left, right, TabletSet.spaceName(leftRow.space()));
    }

    /// Begins to move a tablet; {@link #step} carries it on.
    ///
    /// @return the number of the move, or 0 if the tablet is there already
    public long beginMove(long tablet, int to, Collection<String> tables) throws IOException {
        TabletMap map = map();
        MapEntry row = map.row(tablet, tables);
        Move underWay = map.moveOf(tablet).orElse(null);
        if (underWay != null && underWay.to() == to && underWay.phase() != Move.Phase.ABORTING) {
            return underWay.id();
        }
        if (underWay != null) {
            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "tablet " + tablet + " is being moved: " + underWay);
        }
        if (row.group() == to) {
            return 0;
        }
        groups.group(to);
        OwnedTablet owned = owned(row);
        TabletMap.Change change = map.change();
        long id = change.allocate();
        change.put(
                        new Move(
                                id,
                                row.space(),
                                tablet,
                                owned.range(),
                                owned.generation(),
                                row.group(),
                                to,
                                Move.Phase.COPYING,
                                0))
                .write(mapStore);
        return id;
    }

    /// Gives a move up, unless it is past its commit point.
    public void abortMove(long id) throws IOException {
        TabletMap map = map();
        Move move = map.move(id).orElse(null);
        if (move != null && move.phase() == Move.Phase.COPYING) {
            map.change().put(move.in(Move.Phase.ABORTING)).write(mapStore);
        }
    }

    /// Whether the move is still under way.
    public boolean isUnderWay(long move) throws IOException {
        return map().move(move).isPresent();
    }

    /// Carries each move under way on by one step.
    ///
    /// @return how many moves are under way
    public int step() throws IOException {
        TabletMap map = map();
        movers.keySet().removeIf(id -> map.move(id).isEmpty());
        for (Move move : map.moves()) {
            movers.computeIfAbsent(move.id(), id -> new Mover(mapStore, groups, id)).step();
        }
        return map.moves().size();
    }

    /// Compares groups and map, and mends what a coordinator left half done: copies and seals of moves that are over,
    /// remains of tablets that left, rows of the map that are behind. The groups are right about what is theirs.
    ///
    /// @param numbers of all groups
    /// @return how much was mended; 0 when all is in order
    public int reconcile(Collection<Integer> numbers) throws IOException {
        // The groups first: a move has its record before any group knows of it, so a move that a group knows and the
        // map,
        // read later, does not, is over.
        Map<Integer, TabletSet> owned = new TreeMap<>();
        for (int group : numbers) {
            owned.put(group, groups.tablets(group));
        }
        TabletMap map = map();
        int mended = 0;
        for (TabletSet set : owned.values()) {
            for (OwnedTablet tablet : set.tablets()) {
                mended += mend(map, set.group(), tablet);
            }
        }
        for (TabletSet set : owned.values()) {
            for (String space : set.tablets().stream().map(OwnedTablet::space).distinct().toList()) {
                mended += refresh(map(), space, set) ? 1 : 0;
            }
        }
        return mended;
    }

    private int mend(TabletMap map, int group, OwnedTablet tablet) throws IOException {
        boolean isOver = map.move(tablet.move()).isEmpty();
        TabletCommand command =
                switch (tablet.state()) {
                    case SERVING, DEPARTED -> null;
                    case LOADING -> isOver ? new TabletCommand.Drop(tablet.space(), tablet.id(), tablet.move()) : null;
                    case SEALED -> isOver ? new TabletCommand.Unseal(tablet.space(), tablet.id(), tablet.move()) : null;
                    case LEAVING -> new TabletCommand.Sweep(tablet.space(), tablet.id(), tablet.move(), tablet.range());
                };
        if (command == null) {
            return 0;
        }
        LOG.info("Mending {} in group {}: {}", tablet, group, command.getClass().getSimpleName());
        submit(group, command);
        return 1;
    }

    private void refresh(String space, int group) throws IOException {
        refresh(map(), space, groups.tablets(group));
    }

    /// Writes the rows of a group anew if the group has cut the same keys otherwise. If it has other keys than the rows say,
    /// a move is under way, which writes its row itself.
    private boolean refresh(TabletMap map, String space, TabletSet set) throws IOException {
        List<MapEntry> rows = new ArrayList<>(map.rows(space));
        rows.removeIf(row -> row.group() != set.group());
        List<OwnedTablet> owned = new ArrayList<>(set.tablets(space));
        owned.removeIf(tablet -> !tablet.isReadable());
        if (!sameKeys(rows, owned) || sameRows(rows, owned)) {
            return false;
        }
        TabletMap.Change change = map.change();
        for (MapEntry row : rows) {
            if (owned.stream().noneMatch(tablet -> tablet.id() == row.tablet())) {
                change.remove(row);
            }
        }
        for (OwnedTablet tablet : owned) {
            long revision =
                    rows.stream()
                            .filter(row -> row.tablet() == tablet.id())
                            .mapToLong(MapEntry::recordRevision)
                            .findFirst()
                            .orElse(0);
            change.put(new MapEntry(tablet.id(), space, tablet.range(), set.group(), tablet.generation(), revision));
        }
        change.write(mapStore);
        return true;
    }

    private static boolean sameRows(List<MapEntry> rows, List<OwnedTablet> owned) {
        if (rows.size() != owned.size()) {
            return false;
        }
        for (int i = 0; i < rows.size(); i++) {
            MapEntry row = rows.get(i);
            OwnedTablet tablet = owned.get(i);
            boolean isSame =
                    row.tablet() == tablet.id()
                            && row.range().equals(tablet.range())
                            && row.generation() == tablet.generation();
            if (!isSame) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameKeys(List<MapEntry> rows, List<OwnedTablet> owned) {
        return KeySet.of(rows.stream().map(MapEntry::range).toList())
                .equals(KeySet.of(owned.stream().map(OwnedTablet::range).toList()));
    }

    private OwnedTablet owned(MapEntry row) throws IOException {
        return groups.tablets(row.group(), row.space()).stream()
                .filter(tablet -> tablet.id() == row.tablet() && tablet.state() == OwnedTablet.State.SERVING)
                .findFirst()
                .orElseThrow(() ->
                        new Refused(
                                ErrorCode.CLUSTER_CONFLICT,
                                "tablet "
                                        + row.tablet()
                                        + " is not being served by group "
                                        + row.group()
                                        + " now; try again"));
    }

    private long allocate() throws IOException {
        TabletMap.Change change = map().change();
        long id = change.allocate();
        change.write(mapStore);
        return id;
    }

    private void submit(int group, TabletCommand command) throws IOException {
        groups.group(group).submit(new Mutation.OfTablets(TabletCommandCodec.encode(command)));
    }
}
