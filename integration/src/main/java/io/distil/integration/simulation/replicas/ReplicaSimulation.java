package io.distil.integration.simulation.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.RandomTableHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.TableComparison;
import io.distil.base.api.TableInfo;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.integration.simulation.SimulatedClock;
import io.distil.integration.simulation.Simulation;
import io.distil.replication.tablet.LocalStoreOptions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// One life story of a replicated store, from one seed: clients write and read through any replica while leaders change, the
/// network breaks and heals, messages are lost, repeated and reordered, logs are purged, and replicas lose their power at any
/// moment, or are so far behind that they take another's checkpoint.
///
/// What must hold, checked as it happens ({@link Timeline}, {@link Clients}) and at the end, when everybody is up and equal:
///
/// - at each position of the log every replica applies the same command with the same outcome, versions included, and the model
///   agrees; none is applied twice, whoever sent it again;
/// - what is acknowledged is on as many disks as was asked for; a write acknowledged on its leader's disk alone is there, or its
///   fate is told as reverted, and its leader has told its subscribers;
/// - a linearizable read finds everything that was acknowledged before it began;
/// - in the end all replicas answer every question as the model does.
public final class ReplicaSimulation {
    /// What a run did, for people.
    ///
    /// @param terms elections that somebody won
    /// @param installed replicas that took another's checkpoint
    /// @param reverted writes acknowledged on a leader's disk that did not come to be
    public record Report(
            long seed,
            long acknowledged,
            long applied,
            long terms,
            long crashes,
            long installed,
            long reverted,
            long reads) {}

    private static final int STREAM_COUNT = 3;
    private static final int BATCH_POINTS_MAX = 30;
    private static final int TABLE_COUNT = 2;
    private static final int BATCH_WRITES_MAX = 12;
    private static final int EVENTS_MAX = 6_000;

    /// Far more than it takes everybody to become equal.
    private static final int SETTLING_ROUNDS_MAX = 20_000;

    private final long seed;
    private final Random random;
    private final SimulatedClock clock = new SimulatedClock();
    private final ModelStore model = new ModelStore();
    private final Timeline timeline = new Timeline(model);
    private final Network network;
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Clients clients;
    private final RandomTableHistory tables;

    /// How soon, on the whole, replicas are started again: the later, the more they have to catch up.
    private final int eagerness;

    private long terms;
    private long crashes;
    private long installed;

    public ReplicaSimulation(long seed, int replicaCount) {
        this(seed, replicaCount, Set.of());
    }

    /// @param broken rules that the model of Raft does not keep
    ReplicaSimulation(long seed, int replicaCount, Set<Rule> broken) {
        this.seed = seed;
        this.random = new Random(seed);
        this.network = new Network(random, replicaCount);
        LocalStoreOptions options = Simulation.smallOptions(random);
        for (int id = 0; id < replicaCount; id++) {
            members.add(new Member(id, replicaCount, network, random, broken));
            replicas.add(new Replica(members.getLast(), options, clock, random, timeline));
        }
        this.clients = new Clients(random, timeline, replicas);
        this.tables = new RandomTableHistory(random, TABLE_COUNT, BATCH_WRITES_MAX);
        this.eagerness = 3 + random.nextInt(40);
    }

    /// Runs to the end.
    ///
    /// @throws AssertionError if anything does not hold; the message names the seed
    public Report run() throws IOException {
        long[] before = offHeapBytes();
        try (RandomHistory history = new RandomHistory(random, STREAM_COUNT, BATCH_POINTS_MAX, true).obliterating()) {
            replicas.forEach(Replica::start);
            for (int left = EVENTS_MAX / 2 + random.nextInt(EVENTS_MAX / 2); left > 0; left--) {
                event(history);
                clients.throwIfBroken();
            }
            settle();
            checkAll(history);
            clients.checkEarly(this::stepEverything);
            clients.throwIfBroken();
            for (Replica replica : replicas) {
                replica.stop();
            }
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError(
                    "seed %d fails: replay it with ./distil simulate --replicas %d --seed %d"
                            .formatted(seed, replicas.size(), seed),
                    e);
        }
        assertThat(offHeapBytes()).as("off-heap bytes by owner").isEqualTo(before);
        return new Report(
                seed,
                clients.acknowledged(),
                timeline.count(),
                terms,
                crashes,
                installed,
                clients.reverted(),
                clients.reads());
    }

    private void event(RandomHistory history) throws IOException {
        Replica replica = replicas.get(random.nextInt(replicas.size()));
        int dice = random.nextInt(1000);
        if (dice < 340) {
            step(replica);
        } else if (dice < 600) {
            network.deliverOne(this::receive);
        } else if (dice < 780) {
            tend(replica);
        } else if (dice < 840) {
            ifUp(replica, () -> clients.write(next(history), leaderOr(replica)));
        } else if (dice < 860) {
            ifUp(replica, () -> clients.repeatOne(leaderOr(replica)));
        } else if (dice < 900) {
            ifUp(replica, () -> clients.read(leaderOr(replica)));
        } else if (dice < 904) {
            compare(replica, history);
        } else if (dice < 920) {
            stand(replica);
        } else if (dice < 922) {
            network.change();
        } else if (dice < 924) {
            network.mend();
        } else if (dice < 927) {
            breakDown(replica);
        } else if (dice < 927 + eagerness) {
            startOrInstall(replica);
        } else {
            clock.advance(random.nextLong(100_000_000));
        }
    }

    private Mutation next(RandomHistory history) {
        return random.nextInt(4) == 0 ? tables.next(model) : history.next(model);
    }

    private static void ifUp(Replica replica, Runnable what) {
        if (replica.isUp()) {
            what.run();
        }
    }

    /// Mostly one who believes to lead, as a client would ask; sometimes anybody.
    private Replica leaderOr(Replica anybody) {
        if (random.nextInt(8) == 0) {
            return anybody;
        }
        List<Replica> leaders = replicas.stream().filter(r -> r.isUp() && r.member().leads()).toList();
        return leaders.isEmpty() ? anybody : leaders.get(random.nextInt(leaders.size()));
    }

    private void step(Replica replica) {
        if (replica.isUp()) {
            replica.step();
            crashes += replica.isUp() ? 0 : 1;
        }
    }

    private void receive(int id, Message message) {
        if (replicas.get(id).isUp()) {
            members.get(id).receive(message);
        }
    }

    /// What a member does by itself: it syncs, and if it leads, it sends.
    private void tend(Replica replica) {
        if (!replica.isUp()) {
            return;
        }
        Member member = replica.member();
        if (random.nextBoolean()) {
            member.sync();
        }
        if (member.leads()) {
            member.sendToAll();
        }
    }

    /// Mostly somebody who has not heard of a leader for a while; sometimes anybody.
    private void stand(Replica replica) {
        if (!replica.isUp() || replica.member().leads() || random.nextInt(30) > 0 && hearsLeader(replica)) {
            return;
        }
        replica.member().stand(replicas.stream().filter(Replica::isUp).map(Replica::member).toList());
        terms += replica.member().leads() ? 1 : 0;
    }

    private boolean hearsLeader(Replica replica) {
        int id = replica.member().id;
        return replicas.stream()
                .anyMatch(other -> other.isUp() && other.member().leads() && !network.isCut(other.member().id, id));
    }

    private void breakDown(Replica replica) throws IOException {
        if (!replica.isUp()) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> replica.stop();
            case 1 -> {
                crashes++;
                replica.crash();
            }
            default -> replica.cutPowerSoon();
        }
    }

    private void startOrInstall(Replica replica) throws IOException {
        if (!replica.isUp()) {
            replica.start();
        } else if (replica.member().isBehind()) {
            int leader = replica.member().leader();
            if (leader >= 0 && leader != replica.member().id && replicas.get(leader).isUp()) {
                installed += replica.installFrom(replicas.get(leader)) ? 1 : 0;
            }
        }
    }

    private void compare(Replica replica, RandomHistory history) throws IOException {
        StreamId stream = history.streams().get(random.nextInt(history.streams().size()));
        if (replica.isAtEnd() && model.has(stream)) {
            StoreComparison.compareAll(replica.store(), model, stream, random);
            compareTables(replica);
        }
    }

    // ---- the end ----

    private void settle() throws IOException {
        network.becomeReliable();
        for (int round = 0; !isSettled(); round++) {
            if (round == SETTLING_ROUNDS_MAX) {
                throw new AssertionError("the replicas do not become equal: " + replicas + ", " + clients);
            }
            for (Replica replica : replicas) {
                startOrInstall(replica);
            }
            if (members.stream().noneMatch(Member::leads) || round % 1000 == 999) {
                stand(replicas.get(random.nextInt(replicas.size())));
            }
            stepEverything();
            Replica asked = leaderOr(replicas.getFirst());
            ifUp(asked, () -> clients.repeatOne(asked));
        }
    }

    private void stepEverything() {
        for (Replica replica : replicas) {
            if (replica.isUp()) {
                replica.member().sync();
                if (replica.member().leads()) {
                    replica.member().sendToAll();
                }
            }
            for (int i = 0; i < 4; i++) {
                network.deliverOne(this::receive);
                step(replica);
            }
        }
    }

    private boolean isSettled() {
        return clients.isIdle()
                && replicas.stream().allMatch(Replica::isUp)
                && members.stream().filter(Member::leads).count() == 1
                && members.stream().allMatch(m -> m.commitIndex() == members.getFirst().lastIndex())
                && replicas.stream().allMatch(r -> r.store().isSettled() && r.hasAppliedAll());
    }

    private void checkAll(RandomHistory history) throws IOException {
        List<String> dumped = dump(replicas.getFirst());
        for (Replica replica : replicas) {
            assertThat(dump(replica)).as("everything of replica %d", replica.member().id).isEqualTo(dumped);
        }
        for (Replica replica : replicas) {
            StoreComparison.compareCatalogs(replica.store(), model, history.former());
            for (StreamId stream : history.streams()) {
                if (model.has(stream)) {
                    StoreComparison.compareAll(replica.store(), model, stream, random);
                }
            }
            compareTables(replica);
            assertThat(replica.store().records("")).hasSameSizeAs(model.records(""));
            for (StoredRecord expected : model.records("")) {
                StoredRecord found = replica.store().record(expected.key()).orElseThrow();
                assertThat(found.revision()).isEqualTo(expected.revision());
                assertThat(found.value()).isEqualTo(expected.value());
            }
        }
    }

    private void compareTables(Replica replica) throws IOException {
        for (TableInfo table : model.tables("")) {
            TableComparison.compare(replica.store(), model, table.name(), tables, random);
        }
    }

    private static List<String> dump(Replica replica) throws IOException {
        List<String> lines = new ArrayList<>();
        replica.store().dump(lines::add);
        return lines;
    }

    private static long[] offHeapBytes() {
        long[] bytes = new long[MemoryOwner.values().length];
        for (MemoryOwner owner : MemoryOwner.values()) {
            bytes[owner.ordinal()] = OffHeap.bytes(owner);
        }
        return bytes;
    }
}
