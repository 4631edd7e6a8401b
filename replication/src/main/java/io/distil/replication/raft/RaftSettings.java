package io.distil.replication.raft;

import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallExecutorSupplier;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

import java.io.File;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// How Ratis is set up, each setting with its reason. What is not here is as Ratis has it.
final class RaftSettings {
    /// An entry holds a command of at most 33 MiB, and Ratis wants every buffer that an entry may pass through to hold one.
    private static final SizeInBytes ENTRY_MAX = SizeInBytes.valueOf("34MB");

    private static final String APPEND_ENTRIES = "appendEntries";

    private RaftSettings() {}

    /// @param storage Ratis' directory
    /// @param electionMillis the least time without a leader after which a follower stands for election
    /// @param segmentBytes of Raft's own log
    static RaftProperties of(File storage, String host, int port, int electionMillis, int segmentBytes) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        RaftServerConfigKeys.setStorageDir(properties, List.of(storage));
        RaftServerConfigKeys.setRemovedGroupsDir(properties, new File(storage, "removed"));
        timeouts(properties, electionMillis);
        log(properties, SizeInBytes.valueOf(segmentBytes));
        appender(properties);
        snapshots(properties);
        reads(properties);
        GrpcConfigKeys.Server.setHost(properties, host);
        GrpcConfigKeys.Server.setPort(properties, port);
        return properties;
    }

    private static void timeouts(RaftProperties properties, int electionMillis) {
        // With the 150 ms that Ratis has, a busy disk or a collection of the heap elects a new leader.
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(electionMillis));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(2L * electionMillis));
        // A leader that the process was stopped under is deposed by the others' votes; the node goes on when it wakes.
        // By default Ratis would close itself after a pause of a minute.
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, TimeUnit.DAYS));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(2L * electionMillis));
        // A new member may be opening its store when it is first called.
        RaftServerConfigKeys.setStagingTimeout(properties, TimeDuration.valueOf(30, TimeUnit.SECONDS));
        // So may one that is asked to hold a replica.
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, TimeDuration.valueOf(30, TimeUnit.SECONDS));
        // Every entry leaves a reply here, which nobody will ask for again: the sessions of the tablet do that.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
    }

    private static void log(RaftProperties properties, SizeInBytes segment) {
        // The payload is durable before its header is written. Side by side would save the journal's share of a commit,
        // but
        // a crash could leave a header without a payload, and Raft, which believes in its log, would call that an
        // entry.
        RaftServerConfigKeys.Log.StateMachineData.setSync(properties, true);
        RaftServerConfigKeys.Log.StateMachineData.setCachingEnabled(properties, true);
        RaftServerConfigKeys.Log.StateMachineData.setReadTimeout(
                properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, segment);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, segment);
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 8);
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("35MB"));
        // A log that grew because one member is away would fill the disks of all: it is installed afresh instead.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        // Otherwise each commit appends, and syncs, an entry that says how far it is committed. After a restart of all,
        // that is known again when the first leader has committed its first entry.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    }

    private static void appender(RaftProperties properties) {
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, ENTRY_MAX);
        // Entries in one message, and messages under way: an entry has up to 2 MiB, seldom 33, and what a member that
        // catches up has not yet acknowledged is on the leader's heap.
        RaftServerConfigKeys.Log.Appender.setBufferElementLimit(properties, 16);
        GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(properties, 4);
        // By default an appender sleeps a millisecond between messages: as long as a commit takes.
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.valueOf(0, TimeUnit.MILLISECONDS));
        // A member that was away is found again within a second, not five.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,5, 100ms,20, 1s,1000000");
        // Entries are appended by the thread that received them: one hand-over less per commit.
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("72MB"));
        GrpcConfigKeys.setFlowControlWindow(properties, SizeInBytes.valueOf("8MB"));
    }

    /// Entries are received on the network's own thread: they are only queued there. Everything else has threads that may
    /// wait.
    static Parameters parameters() {
        Parameters parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters,
                new GrpcServices.Customizer() {
                    @Override
                    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
                        Executor network = Runnable::run;
                        return builder.callExecutor(
                                new ServerCallExecutorSupplier() {
                                    @Override
                                    public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
                                        return APPEND_ENTRIES.equals(call.getMethodDescriptor().getBareMethodName())
                                                ? network
                                                : null;
                                    }
                                });
                    }
                });
        return parameters;
    }

    private static void snapshots(RaftProperties properties) {
        // The engine's checkpoints are the snapshots, and members fetch their blocks themselves.
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
    }

    private static void reads(RaftProperties properties) {
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        // Monotonic clocks only; see RaftNode on what a restarted member owes to a lease.
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
        RaftServerConfigKeys.Read.setTimeout(properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
    }

    private static TimeDuration millis(long millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
