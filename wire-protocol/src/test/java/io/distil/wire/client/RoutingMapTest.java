package io.distil.wire.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.api.ClusterMap;
import io.distil.base.api.ClusterMap.Group;
import io.distil.base.api.ClusterMap.Member;
import io.distil.base.api.ClusterMap.Node;
import io.distil.base.api.ClusterMap.Tablet;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;

import org.junit.jupiter.api.Test;

import java.util.List;

final class RoutingMapTest {
    private static final ClusterMap EMPTY = new ClusterMap(0, List.of(), List.of(), List.of());

    @Test
    void whatNoTabletIsToldOfBelongsToTheRootGroup() {
        RoutingMap none = new RoutingMap(EMPTY);
        assertThat(none.group("t", key(5))).isEqualTo(1);
        assertThat(none.runs("t", KeyRange.ALL)).containsExactly(new RoutingMap.Run(KeyRange.ALL, 1));
        RoutingMap gap = map(tablet(10, 20, 2), tablet(30, null, 3));
        assertThat(gap.group("t", key(9))).isEqualTo(1);
        assertThat(gap.group("t", key(10))).isEqualTo(2);
        assertThat(gap.group("t", key(20))).isEqualTo(1);
        assertThat(gap.group("t", key(30))).isEqualTo(3);
        assertThat(gap.group("other", key(10))).isEqualTo(1);
        assertThat(gap.runs("t", KeyRange.ALL))
                .containsExactly(
                        new RoutingMap.Run(new KeyRange(new byte[0], key(10)), 1),
                        new RoutingMap.Run(new KeyRange(key(10), key(20)), 2),
                        new RoutingMap.Run(new KeyRange(key(20), key(30)), 1),
                        new RoutingMap.Run(new KeyRange(key(30), null), 3));
    }

    @Test
    void neighboursInOneGroupAreOneRun() {
        RoutingMap map = map(tablet(0, 10, 2), tablet(10, 20, 2), tablet(20, null, 1));
        assertThat(map.runs("t", new KeyRange(key(5), key(25))))
                .containsExactly(
                        new RoutingMap.Run(new KeyRange(key(5), key(20)), 2),
                        new RoutingMap.Run(new KeyRange(key(20), key(25)), 1));
        assertThat(map.runs("t", new KeyRange(key(7), key(7))))
                .containsExactly(new RoutingMap.Run(new KeyRange(key(7), key(7)), 2));
    }

    @Test
    void theLaterTermSaysWhoLeads() {
        RoutingMap known = new RoutingMap(groups(0, group(1, "a", 5), group(2, "a", 7)));
        RoutingMap merged = known.merged(groups(0, group(1, "b", 6), group(2, "b", 6)));
        assertThat(merged.leader(1).orElseThrow().name()).isEqualTo("b");
        assertThat(merged.leader(2).orElseThrow().name()).isEqualTo("a");
        assertThat(merged.merged(groups(0, group(1, "", 6))).leader(1).orElseThrow().name()).isEqualTo("b");
    }

    @Test
    void aNodeThatKnowsNothingMakesNobodyForget() {
        RoutingMap known = new RoutingMap(groups(0, group(1, "a", 5), group(2, "b", 5)));
        RoutingMap merged = known.merged(EMPTY).merged(groups(0, group(1, "b", 6)));
        assertThat(merged.leader(1).orElseThrow().name()).isEqualTo("b");
        assertThat(merged.leader(2).orElseThrow().name()).isEqualTo("b");
        assertThat(known.merged(groups(1, group(1, "a", 5))).map().groups()).hasSize(1);
    }

    @Test
    void everyGroupIsHeardOfByFewQuestions() {
        RoutingMap everywhere = new RoutingMap(groups(0, group(1, "a", 1), group(2, "b", 1), group(3, "c", 1)));
        assertThat(everywhere.groups(Consistency.LINEARIZABLE)).containsExactly(1);
        assertThat(everywhere.groups(new Consistency.BoundedStale(5))).containsExactly(1, 2, 3);
        Group apart = new Group(2, "b", 1, List.of(new Member("b", "leader", -1, -1)));
        assertThat(new RoutingMap(groups(0, group(1, "a", 1), apart)).groups(Consistency.LINEARIZABLE))
                .containsExactly(1, 2);
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) number};
    }

    private static Tablet tablet(int from, Integer until, int group) {
        return new Tablet(from, "t", new KeyRange(key(from), until == null ? null : key(until)), group, 1, "serving");
    }

    private static RoutingMap map(Tablet... tablets) {
        return new RoutingMap(new ClusterMap(1, List.of(), List.of(), List.of(tablets)));
    }

    private static Group group(int number, String leader, long term) {
        return new Group(
                number,
                leader,
                term,
                List.of(
                        new Member("a", "follower", -1, -1),
                        new Member("b", "follower", -1, -1),
                        new Member("c", "follower", -1, -1)));
    }

    private static ClusterMap groups(long revision, Group... groups) {
        return new ClusterMap(revision, List.of(node("a"), node("b"), node("c")), List.of(groups), List.of());
    }

    private static Node node(String name) {
        return new Node(name, name, name + ":7700", "", "");
    }
}
