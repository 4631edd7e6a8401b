package io.distil.replication.placement;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// What a {@link TabletCommand} does to a {@link TabletSet}; nothing of what it does to the tablet's contents.
///
/// A command that was done already gives the same set object back, and so does a sweep that has not finished. One that does not fit is refused as `CLUSTER_CONFLICT`,
/// with the tablet as it is: whoever coordinates looks again and decides anew.
public final class TabletRules {
    private TabletRules() {}

    /// @param isEmpty whether a sweep has left nothing
    /// @throws Refused `CLUSTER_CONFLICT`
    public static TabletSet apply(TabletSet set, TabletCommand command, boolean isEmpty) {
        return switch (command) {
            case TabletCommand.Split c -> split(set, c);
            case TabletCommand.Merge c -> merge(set, c);
            case TabletCommand.Adopt c -> adopt(set, c);
            case TabletCommand.Import c -> imported(set, c);
            case TabletCommand.Seal c -> seal(set, c);
            case TabletCommand.Unseal c -> unseal(set, c);
            case TabletCommand.Activate c -> activate(set, c);
            case TabletCommand.Drop c -> drop(set, c);
            case TabletCommand.Sweep c -> swept(set, c, isEmpty);
        };
    }

    private static TabletSet split(TabletSet set, TabletCommand.Split c) {
        OwnedTablet left = present(set, c);
        boolean isDone =
                left.generation() == c.generation() + 1
                        && Arrays.equals(left.range().until(), c.key())
                        && set.find(c.space(), c.right()).isPresent();
        if (isDone) {
            return set;
        }
        fit(left.state() == OwnedTablet.State.SERVING && left.generation() == c.generation(), c, left);
        Ownership.checkBoundary(c.space(), c.key());
        KeyRange range = left.range();
        if (Arrays.equals(range.from(), c.key()) || !range.contains(c.key())) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "key "
                            + HexFormat.of().formatHex(c.key())
                            + " does not lie strictly inside of "
                            + left
                            + ", which was to be split there");
        }
        fit(set.find(c.space(), c.right()).isEmpty(), c, left);
        long generation = c.generation() + 1;
        return set.replace(
                c.space(),
                List.of(left.id()),
                List.of(
                        left.serving(generation, new KeyRange(range.from(), c.key())),
                        OwnedTablet.serving(
                                c.right(), c.space(), new KeyRange(c.key(), range.until()), generation, left.body())));
    }

    private static TabletSet merge(TabletSet set, TabletCommand.Merge c) {
        OwnedTablet left = present(set, c);
        OwnedTablet right = set.find(c.space(), c.right()).orElse(null);
        long generation = Math.max(c.generation(), c.rightGeneration()) + 1;
        if (right == null && left.generation() == generation) {
            return set;
        }
        boolean fits =
                right != null
                        && left.state() == OwnedTablet.State.SERVING
                        && right.state() == OwnedTablet.State.SERVING
                        && left.generation() == c.generation()
                        && right.generation() == c.rightGeneration()
                        && Arrays.equals(left.range().until(), right.range().from());
        fit(fits, c, left);
        if (left.body() != right.body()) {
            throw new Refused(
                    ErrorCode.CLUSTER_CONFLICT,
                    left + " and " + right + " came to this group one by one and have versions of their own");
        }
        KeyRange range = new KeyRange(left.range().from(), right.range().until());
        return set.replace(
                c.space(),
                List.of(left.id(), right.id()),
                List.of(OwnedTablet.serving(left.id(), c.space(), range, generation, left.body())));
    }

    private static TabletSet adopt(TabletSet set, TabletCommand.Adopt c) {
        OwnedTablet present = set.find(c.space(), c.tablet()).orElse(null);
        if (present != null && present.state() == OwnedTablet.State.LOADING && present.move() == c.move()) {
            return set;
        }
        for (OwnedTablet other : set.tablets(c.space())) {
            fit(!other.occupies() || !TabletSet.overlap(other.range(), c.range()), c, other);
        }
        return set.replace(
                c.space(),
                List.of(c.tablet()),
                List.of(OwnedTablet.loading(c.tablet(), c.space(), c.range(), c.generation(), c.move(), c.from())));
    }

    private static TabletSet imported(TabletSet set, TabletCommand.Import c) {
        OwnedTablet tablet = present(set, c);
        fit(tablet.state() == OwnedTablet.State.LOADING && tablet.move() == c.move(), c, tablet);
        fit(c.part() == tablet.parts() + 1, c, tablet);
        return set.replace(c.space(), List.of(tablet.id()), List.of(tablet.withPart(c.token())));
    }

    private static TabletSet seal(TabletSet set, TabletCommand.Seal c) {
        OwnedTablet tablet = present(set, c);
        if (tablet.state() == OwnedTablet.State.SEALED && tablet.move() == c.move()) {
            return set;
        }
        boolean fits =
                tablet.state() == OwnedTablet.State.SERVING
                        && tablet.generation() == c.generation()
                        && tablet.range().equals(c.range())
                        && tablet.body() == c.body();
        fit(fits, c, tablet);
        return set.replace(
                c.space(), List.of(tablet.id()), List.of(tablet.inMove(OwnedTablet.State.SEALED, c.move(), c.to())));
    }

    private static TabletSet unseal(TabletSet set, TabletCommand.Unseal c) {
        OwnedTablet tablet = present(set, c);
        if (tablet.state() == OwnedTablet.State.SERVING) {
            return set;
        }
        fit(tablet.state() == OwnedTablet.State.SEALED && tablet.move() == c.move(), c, tablet);
        return set.replace(
                c.space(), List.of(tablet.id()), List.of(tablet.serving(tablet.generation(), tablet.range())));
    }

    private static TabletSet activate(TabletSet set, TabletCommand.Activate c) {
        OwnedTablet tablet = present(set, c);
        if (tablet.state() == OwnedTablet.State.SERVING) {
            return set;
        }
        fit(tablet.state() == OwnedTablet.State.LOADING && tablet.move() == c.move(), c, tablet);
        return set.replace(
                c.space(), List.of(tablet.id()), List.of(tablet.serving(tablet.generation() + 1, tablet.range())));
    }

    private static TabletSet drop(TabletSet set, TabletCommand.Drop c) {
        OwnedTablet tablet = set.find(c.space(), c.tablet()).orElse(null);
        if (tablet == null
                || tablet.move() == c.move()
                        && (tablet.state() == OwnedTablet.State.LEAVING
                                || tablet.state() == OwnedTablet.State.DEPARTED)) {
            return set;
        }
        fit(tablet.move() == c.move(), c, tablet);
        int to = tablet.state() == OwnedTablet.State.SEALED ? tablet.otherGroup() : 0;
        return set.replace(
                c.space(), List.of(tablet.id()), List.of(tablet.inMove(OwnedTablet.State.LEAVING, c.move(), to)));
    }

    private static TabletSet swept(TabletSet set, TabletCommand.Sweep c, boolean isEmpty) {
        OwnedTablet tablet = set.find(c.space(), c.tablet()).orElse(null);
        if (tablet == null || tablet.state() == OwnedTablet.State.DEPARTED) {
            return set;
        }
        fit(tablet.isLeaving(c.move()) && tablet.range().equals(c.range()), c, tablet);
        if (!isEmpty) {
            return set;
        }
        List<OwnedTablet> trace =
                set.tablets(c.space()).size() == 1 && set.group() == ClusterMap.ROOT_GROUP
                        ? List.of(tablet.inMove(OwnedTablet.State.DEPARTED, c.move(), tablet.otherGroup()))
                        : List.of();
        return set.replace(c.space(), List.of(tablet.id()), trace);
    }

    private static OwnedTablet present(TabletSet set, TabletCommand c) {
        return set.find(c.space(), c.tablet())
                .orElseThrow(() ->
                        new Refused(
                                ErrorCode.CLUSTER_CONFLICT,
                                "group "
                                        + set.group()
                                        + " has no tablet "
                                        + c.tablet()
                                        + " of "
                                        + TabletSet.spaceName(c.space())));
    }

    private static void fit(boolean fits, TabletCommand c, OwnedTablet found) {
        if (!fits) {
            throw new Refused(
                    ErrorCode.CLUSTER_CONFLICT,
                    c.getClass().getSimpleName() + " of tablet " + c.tablet() + " does not fit: found " + found);
        }
    }
}
