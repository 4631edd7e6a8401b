package io.distil.replication.placement;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Mutation;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Carries one move on, a step at a time, from whatever state it finds the two groups and the map in. Two of them at once do
/// no harm: every step is a command that a group refuses if it does not fit, or a compare-and-set of the map.
///
/// ```
///  source   SERVING ─────────────────────────── seal ── SEALED ──────────────── drop ── LEAVING ── sweep ──
///  target             adopt ── LOADING ── import … import ── import … ────────────────── activate ── SERVING
///  map      the tablet is the source's ─────────────────────────── ╋ ── the tablet is the target's ─────────
///                                                           commit point
/// ```
///
/// Writes wait from the seal to the activation: for the last difference, two entries of the groups and one of the root group.
/// Reads wait from the drop to the activation only. Dropping comes first: were the target activated before, a reader with an
/// old map would meet a source that still answers, without what was written at the target since.
///
/// What the coordinator keeps in memory is how much the pass has brought and whether the source was sealed when it began;
/// whoever takes over goes on where the copy ends, and makes one pass more.
final class Mover {
    /// A pass that brought no more than this is followed by the seal: copied in a fraction of a second.
    static final long SEAL_BYTES_MAX = 4 << 20;

    /// After so many passes the writers are too fast to be caught up with, and have to wait for longer.
    static final int PASS_COUNT_MAX = 8;

    static final int PART_BYTES_MAX = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Mover.class);
    private static final byte[] BEGINNING = {};

    private final MapStore mapStore;
    private final Groups groups;
    private final long id;

    /// Parts of the copy that this mover knows of: what else it remembers is about a copy of so many; -1 for not known.
    private long partsDone = -1;

    private byte[] token = BEGINNING;

    private long passBytes;
    private int passCount;

    /// Whether the source was known to be sealed when the present pass began. A pass that another mover began does not count.
    private boolean isLastPass;

    private boolean isPassBegin;

    private boolean areRowsComplete;
    private byte[] sessionsToken = BEGINNING;

    Mover(MapStore mapStore, Groups groups, long id) {
        this.mapStore = mapStore;
        this.groups = groups;
        this.id = id;
    }

    long id() {
        return id;
    }

    /// Does the next thing there is to do.
    ///
    /// @return false if the move is over
    boolean step() throws IOException {
        TabletMap map = TabletMap.read(mapStore);
        Move move = map.move(id).orElse(null);
        if (move == null) {
            return false;
        }
        try {
            switch (move.phase()) {
                case COPYING -> copy(map, move);
                case HANDED_OVER -> handOver(map, move);
                case ABORTING -> abort(map, move);
            }
        } catch (Refused e) {
            settle(move, e);
        }
        return true;
    }

    /// A refusal means that somebody else was faster, or that the tablet is not what it was.
    private void settle(Move move, Refused e) throws IOException {
        switch (e.code()) {
            case CLUSTER_CONFLICT, WRONG_TABLET, INVALID_ARGUMENT, NO_SUCH_TABLE -> {
                if (move.phase() != Move.Phase.COPYING) {
                    throw e;
                }
                LOG.warn("Giving up {}: {}", move, e.getMessage());
                TabletMap map = TabletMap.read(mapStore);
                Optional<Move> present = map.move(id).filter(m -> m.phase() == Move.Phase.COPYING);
                if (present.isPresent()) {
                    map.change().put(present.get().in(Move.Phase.ABORTING)).write(mapStore);
                }
            }
            case STALE_RECORD -> LOG.debug("The map has changed meanwhile: {}", e.getMessage());
            default -> throw e;
        }
    }

    private void copy(TabletMap map, Move move) throws IOException {
        Optional<OwnedTablet> target = find(move.to(), move);
        if (target.isEmpty()) {
            submit(
                    move.to(),
                    new TabletCommand.Adopt(
                            move.space(), move.tablet(), move.generation(), move.range(), id, move.from()));
            return;
        }
        check(target.get(), OwnedTablet.State.LOADING);
        OwnedTablet source = find(move.from(), move).orElseThrow(() -> gone(move));
        boolean isSealed = source.state() == OwnedTablet.State.SEALED && source.move() == id;
        if (!isSealed && (source.state() != OwnedTablet.State.SERVING || source.generation() != move.generation())) {
            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "the tablet has changed since the move began: " + source);
        }
        if (target.get().parts() != partsDone) {
            startFrom(target.get());
        }
        if (!areRowsComplete) {
            copyPart(move, source, target.get(), isSealed);
        } else if (sessionsToken != null) {
            copySessions(move, target.get());
        } else {
            commit(map, move);
        }
    }

    private void copyPart(Move move, OwnedTablet source, OwnedTablet target, boolean isSealed) throws IOException {
        if (isPassBegin) {
            isLastPass = isSealed;
            passBytes = 0;
        }
        byte[] have = ask(move.to()).have(move.space(), move.range(), token);
        TabletSource.Part part = ask(move.from()).export(move.space(), move.range(), token, have, PART_BYTES_MAX);
        importPart(move, target, part, part.token());
        token = part.token();
        passBytes += part.content().length;
        isPassBegin = part.isPassEnd();
        if (part.isPassEnd()) {
            passCount++;
            LOG.info("{}: pass {} copied {} bytes", move, passCount, passBytes);
            if (isLastPass) {
                areRowsComplete = true;
            } else if (!isSealed && (passBytes <= SEAL_BYTES_MAX || passCount >= PASS_COUNT_MAX)) {
                submit(
                        move.from(),
                        new TabletCommand.Seal(
                                move.space(),
                                move.tablet(),
                                move.generation(),
                                move.range(),
                                id,
                                move.to(),
                                source.body()));
            }
        }
    }

    private void copySessions(Move move, OwnedTablet target) throws IOException {
        TabletSource.Part part = ask(move.from()).exportSessions(sessionsToken, PART_BYTES_MAX);
        importPart(move, target, part, target.token());
        sessionsToken = part.isPassEnd() ? null : part.token();
    }

    /// @param keptToken where another mover goes on with the rows
    private void importPart(Move move, OwnedTablet target, TabletSource.Part part, byte[] keptToken)
            throws IOException {
        if (part.content().length == 0) {
            return;
        }
        TabletCommand command =
                new TabletCommand.Import(
                        move.space(),
                        move.tablet(),
                        id,
                        target.parts() + 1,
                        keptToken,
                        MemorySegment.ofArray(part.content()));
        long expected = target.parts() + 1;
        partsDone = -1;
        try {
            submit(move.to(), command);
        } catch (Refused e) {
            if (e.code() == ErrorCode.CLUSTER_CONFLICT) {
                LOG.info("{}: another coordinator is at work: {}", move, e.getMessage());
                return;
            }
            throw e;
        }
        partsDone = expected;
    }

    /// Forgets how far this mover believed to be: the copy has been added to by another, or perhaps not at all.
    private void startFrom(OwnedTablet target) {
        partsDone = target.parts();
        token = target.token();
        isPassBegin = false;
        isLastPass = false;
        areRowsComplete = false;
        sessionsToken = BEGINNING;
        passBytes = 0;
    }

    /// The one moment in which the tablet changes hands.
    private void commit(TabletMap map, Move move) throws IOException {
        MapEntry row =
                map.rows(move.space()).stream()
                        .filter(entry -> entry.tablet() == move.tablet())
                        .findFirst()
                        .orElseThrow(() -> gone(move));
        boolean isAsItWas =
                row.group() == move.from() && row.range().equals(move.range()) && row.generation() <= move.generation();
        if (!isAsItWas) {
            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "the map has another row by now: " + row);
        }
        map.change()
                .put(
                        new MapEntry(
                                row.tablet(),
                                row.space(),
                                row.range(),
                                move.to(),
                                move.generation() + 1,
                                row.recordRevision()))
                .put(move.in(Move.Phase.HANDED_OVER))
                .write(mapStore);
        LOG.info("{}: handed over", move);
    }

    private void handOver(TabletMap map, Move move) throws IOException {
        Optional<OwnedTablet> source = find(move.from(), move).filter(tablet -> tablet.move() == id);
        if (source.filter(tablet -> tablet.state() == OwnedTablet.State.SEALED).isPresent()) {
            submit(move.from(), new TabletCommand.Drop(move.space(), move.tablet(), id));
            return;
        }
        OwnedTablet target = find(move.to(), move).orElseThrow(() -> gone(move));
        if (target.state() == OwnedTablet.State.LOADING) {
            submit(move.to(), new TabletCommand.Activate(move.space(), move.tablet(), id));
            return;
        }
        map.change().remove(move).write(mapStore);
        LOG.info("{}: done", move);
    }

    private void abort(TabletMap map, Move move) throws IOException {
        if (find(move.from(), move)
                .filter(tablet -> tablet.state() == OwnedTablet.State.SEALED && tablet.move() == id)
                .isPresent()) {
            submit(move.from(), new TabletCommand.Unseal(move.space(), move.tablet(), id));
            return;
        }
        if (find(move.to(), move)
                .filter(tablet -> tablet.state() == OwnedTablet.State.LOADING && tablet.move() == id)
                .isPresent()) {
            submit(move.to(), new TabletCommand.Drop(move.space(), move.tablet(), id));
            return;
        }
        map.change().remove(move).write(mapStore);
        LOG.info("{}: given up", move);
    }

    private static void check(OwnedTablet target, OwnedTablet.State wanted) {
        if (target.state() != wanted) {
            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "the copy is not " + wanted + ": " + target);
        }
    }

    private static Refused gone(Move move) {
        return new Refused(ErrorCode.CLUSTER_CONFLICT, "the tablet of " + move + " is gone");
    }

    private Optional<OwnedTablet> find(int group, Move move) throws IOException {
        return groups.tablets(group, move.space()).stream().filter(tablet -> tablet.id() == move.tablet()).findFirst();
    }

    private TabletQuestion.Asker ask(int group) {
        return new TabletQuestion.Asker(groups.group(group));
    }

    private void submit(int group, TabletCommand command) throws IOException {
        groups.group(group).submit(new Mutation.OfTablets(TabletCommandCodec.encode(command)));
    }
}
