package io.distil.replication.raft;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.replication.tablet.LogOpener;
import io.distil.storage.ring.Disk;

import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;

/// This process as a member of a cluster: one server of Ratis with all its groups. The door of this package.
///
/// ```
///   open ──> for each of groups(): the replica is opened with log(group) ──> start ──> create, join by others
///        ──> the replicas are closed, while Raft still answers them ──> close
/// ```
///
/// ## What a restarted member owes to a lease
///
/// A leader answers linearizable reads without asking as long as a majority has answered it within the last election
/// time-out, because none of them will vote for another before that. A member that restarts has forgotten whom it answered.
/// So it takes part only one election time-out after it was opened.
public final class RaftNode implements AutoCloseable {
    /// What the node's owner does for it.
    public interface Replicas {
        /// Opens the replica of a group that others have made this node a member of, with {@link RaftNode#log}.
        void open(int group) throws IOException;

        /// This node is not a member any more: its replica has to be closed and its files deleted, or it would take up an old
        /// state should it become a member again. Called by a thread of Ratis; return at once.
        void left(int group);

        /// Answers what the owner of another node asks by {@link RaftNode#ask}. Must not wait.
        default CompletableFuture<byte[]> answer(int group, byte[] question) {
            return CompletableFuture.failedFuture(new IOException("nobody answers here"));
        }
    }

    /// Names and addresses.
    ///
    /// @param self peer and name are ignored but for the name: the peer is the identity's
    /// @param raftDirectory where Ratis keeps votes and headers, and `distil.node`; the same directory as the disk's
    /// @param bindHost where to listen for other nodes, at the port of `self.raft()`; empty for the host of that address
    /// @param electionMillis the least time without a leader after which a follower stands for election
    public record Options(ClusterMap.Node self, File raftDirectory, String bindHost, int electionMillis) {
        public static final int ELECTION_MILLIS = 1000;

        public Options(ClusterMap.Node self, File raftDirectory, int electionMillis) {
            this(self, raftDirectory, "", electionMillis);
        }
    }

    /// What tests make small.
    ///
    /// @param raftSegmentBytes of Raft's log of headers: only whole segments are cut away, and the journal keeps the payloads
    ///     of what is left
    record Sizes(RaftJournal.Options journal, int raftSegmentBytes) {
        /// About 2,000 headers.
        static final Sizes DEFAULT = new Sizes(RaftJournal.Options.DEFAULT, 256 << 10);
    }

    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

    /// What Ratis shades logs by the JDK's logger, to standard error. Held, or the level would be collected with it.
    private static final java.util.logging.Logger SHADED =
            java.util.logging.Logger.getLogger("org.apache.ratis.thirdparty");

    static {
        SHADED.setLevel(Level.WARNING);
    }

    private final Options options;
    private final NanoClock clock;
    private final Disk disk;
    private final Replicas replicas;
    private final NodeIdentity identity;
    private final Sizes sizes;
    private final long openedNanos;
    private final Map<Integer, GroupReplica> groups = new ConcurrentHashMap<>();
    private final ClientId administrator = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    private final boolean isRestarted;

    /// The upper half of all groups' ids; 0 while this node belongs to no cluster.
    private volatile long cluster;

    private volatile RaftServer server;
    private Watchdog watchdog;

    /// Reads who this node is and which groups it belongs to. Nothing is started.
    ///
    /// @param disk of `options.raftDirectory()`; closed with the node
    public static RaftNode open(Disk disk, Options options, NanoClock clock, Replicas replicas) throws IOException {
        return open(disk, options, clock, replicas, Sizes.DEFAULT);
    }

    static RaftNode open(Disk disk, Options options, NanoClock clock, Replicas replicas, Sizes sizes)
            throws IOException {
        try {
            return new RaftNode(disk, options, clock, replicas, sizes);
        } catch (IOException | RuntimeException e) {
            disk.close();
            throw e;
        }
    }

    private RaftNode(Disk disk, Options options, NanoClock clock, Replicas replicas, Sizes sizes) throws IOException {
        this.disk = disk;
        this.options = options;
        this.clock = clock;
        this.replicas = replicas;
        this.sizes = sizes;
        this.openedNanos = clock.monotonicNanos();
        this.identity = NodeIdentity.open(disk, options.self().name(), UUID.randomUUID());
        for (RaftGroupId groupId : groupsOnDisk()) {
            cluster = Peers.cluster(groupId);
            replica(Peers.group(groupId));
        }
        this.isRestarted = !groups.isEmpty();
    }

    private List<RaftGroupId> groupsOnDisk() {
        List<RaftGroupId> found = new ArrayList<>();
        File[] directories = options.raftDirectory().listFiles(File::isDirectory);
        for (File directory : directories == null ? new File[0] : directories) {
            try {
                found.add(RaftGroupId.valueOf(UUID.fromString(directory.getName())));
            } catch (IllegalArgumentException e) {
                // Not a group's.
            }
        }
        return found;
    }

    public NodeIdentity identity() {
        return identity;
    }

    /// This node as others see it.
    public ClusterMap.Node self() {
        ClusterMap.Node self = options.self();
        return new ClusterMap.Node(self.name(), identity.peer(), self.listen(), self.raft(), self.http());
    }

    /// Numbers of the groups this node belongs to, ascending.
    public List<Integer> groups() {
        return groups.keySet().stream().sorted().toList();
    }

    /// The log of a group's replica on this node.
    public LogOpener log(int group) {
        return replica(group);
    }

    private GroupReplica replica(int group) {
        return groups.computeIfAbsent(
                group,
                number -> {
                    if (cluster == 0) {
                        cluster = new SecureRandom().nextLong();
                    }
                    return new GroupReplica(
                            new RaftMember(number, Peers.groupId(cluster, number)),
                            sizes.journal(),
                            clock,
                            () -> left(number),
                            question -> replicas.answer(number, question));
                });
    }

    private void left(int group) {
        LOG.info("Node {} is no member of group {} any more.", identity.peer(), group);
        groups.remove(group);
        replicas.left(group);
    }

    GroupReplica existing(int group) {
        GroupReplica found = groups.get(group);
        if (found == null) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "this node is not a member of group " + group);
        }
        return found;
    }

    /// Takes part in the groups whose replicas are open.
    public void start() throws IOException {
        waitForLeases();
        String raft = options.self().raft();
        int colon = raft.lastIndexOf(':');
        RaftProperties properties =
                RaftSettings.of(
                        options.raftDirectory(),
                        options.bindHost().isEmpty() ? raft.substring(0, colon) : options.bindHost(),
                        Integer.parseInt(raft.substring(colon + 1)),
                        options.electionMillis(),
                        sizes.raftSegmentBytes());
        server =
                RaftServer.newBuilder()
                        .setServerId(RaftPeerId.valueOf(identity.peer()))
                        .setProperties(properties)
                        .setParameters(RaftSettings.parameters())
                        .setOption(RaftStorage.StartupOption.RECOVER)
                        .setStateMachineRegistry(this::machine)
                        .build();
        server.start();
        watchdog = Watchdog.start(this, clock, options.electionMillis());
        LOG.info("Node {} takes part in groups {} at {}.", identity.peer(), groups(), raft);
    }

    private void waitForLeases() throws InterruptedIOException {
        long left = openedNanos + options.electionMillis() * 1_000_000L - clock.monotonicNanos();
        if (isRestarted && left > 0) {
            try {
                Thread.sleep(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the node started");
            }
        }
    }

    /// Ratis' way to a group's state machine; opens the replica of one that others made this node a member of.
    private StateMachine machine(RaftGroupId groupId) {
        int number = Peers.group(groupId);
        if (cluster != 0 && cluster != Peers.cluster(groupId)) {
            throw new Refused(
                    ErrorCode.CLUSTER_CONFLICT,
                    "group " + groupId.getUuid() + " belongs to another cluster than this node");
        }
        cluster = Peers.cluster(groupId);
        GroupReplica replica = replica(number);
        if (replica.opening() == null) {
            try {
                replicas.open(number);
            } catch (IOException e) {
                throw new IllegalStateException("the replica of group " + number + " cannot be opened", e);
            }
        }
        return replica.machine();
    }

    /// Makes a group with this node as its only member. Its replica is open already.
    public void create(int group) throws IOException {
        GroupReplica replica = existing(group);
        RaftPeer self = Peers.peer(self());
        RaftGroup raftGroup = RaftGroup.valueOf(replica.member().groupId(), self);
        check(
                server.groupManagement(
                        GroupManagementRequest.newAdd(
                                administrator, server.getId(), callIds.incrementAndGet(), raftGroup, true)));
    }

    /// Asks the owner of a group's replica on another node, which need not be of a group of this node's.
    ///
    /// @throws IOException if it does not answer
    public byte[] ask(int group, ClusterMap.Node node, byte[] question) throws IOException {
        try (PeerClient client =
                new PeerClient(server.getProperties(), Peers.groupId(cluster, group), Peers.peer(node))) {
            return client.askOwner(question);
        }
    }

    /// The membership of a group.
    public GroupAdmin admin(int group) {
        return new GroupAdmin(this, existing(group).member());
    }

    static void check(RaftClientReply reply) throws IOException {
        if (!reply.isSuccess()) {
            throw reply.getException() == null ? new IOException("Raft refused") : reply.getException();
        }
    }

    RaftServer server() {
        return server;
    }

    Iterable<GroupReplica> replicas() {
        return groups.values();
    }

    ClientId administrator() {
        return administrator;
    }

    long nextCallId() {
        return callIds.incrementAndGet();
    }

    @Override
    public void close() throws IOException {
        if (watchdog != null) {
            watchdog.close();
        }
        // Ratis would wait until what is committed is applied; there is nobody to apply it any more.
        groups.values().forEach(group -> group.machine().detach());
        if (server != null) {
            server.close();
        }
        disk.close();
    }
}
