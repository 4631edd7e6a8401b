package io.distil.daemon.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// What can be set in the file given to `distil server --config`. Every field has a default; an unknown one is refused.
///
/// @param data directory of the store; created where missing
/// @param listen `HOST:PORT` of the binary protocol; port 0 for any free one
/// @param http `HOST:PORT` of metrics and health; port 0 for any free one; empty for none
/// @param disk which path to the disk: `auto`, `io_uring` or `file-channel`
/// @param cacheMiB memory for blocks that were read or written
/// @param bufferMiB memory for points that are not in trees yet; writers wait when it is full
/// @param flushPoints a stream's buffer is committed when it holds so many points
/// @param flushAgeSeconds or when its oldest point has waited so long
/// @param checkpointSeconds how long the log grows before a checkpoint, at most
/// @param logMiB the log is kept below about this size, by flushing streams that hold it back
/// @param reserveMiB writes are refused while the disk has less space left
/// @param node name of this node within its cluster: 1 to 63 characters of `a-z`, `0-9`, `-` and `.`
/// @param advertise host under which other nodes and clients reach this one; empty for the hosts of the addresses themselves
/// @param raft `HOST:PORT` for the other nodes of a cluster; empty for a node on its own
/// @param join client addresses of nodes of the cluster that a node without data joins; empty for the first one
public record ServerConfig(
        @JsonProperty("data") Path data,
        @JsonProperty("listen") String listen,
        @JsonProperty("http") String http,
        @JsonProperty("disk") String disk,
        @JsonProperty("cacheMiB") Integer cacheMiB,
        @JsonProperty("bufferMiB") Integer bufferMiB,
        @JsonProperty("flushPoints") Integer flushPoints,
        @JsonProperty("flushAgeSeconds") Integer flushAgeSeconds,
        @JsonProperty("checkpointSeconds") Integer checkpointSeconds,
        @JsonProperty("logMiB") Integer logMiB,
        @JsonProperty("reserveMiB") Integer reserveMiB,
        @JsonProperty("node") String node,
        @JsonProperty("advertise") String advertise,
        @JsonProperty("raft") String raft,
        @JsonProperty("join") List<String> join) {
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    public ServerConfig {
        data = data == null ? Path.of("distil-data") : data;
        listen = listen == null ? "127.0.0.1:7700" : listen;
        http = http == null ? "127.0.0.1:7701" : http;
        disk = disk == null ? "auto" : disk;
        cacheMiB = within("cacheMiB", cacheMiB, 512, 1, 1 << 20);
        bufferMiB = within("bufferMiB", bufferMiB, 512, 1, 1 << 20);
        flushPoints = within("flushPoints", flushPoints, 1 << 16, 1, 1 << 24);
        flushAgeSeconds = within("flushAgeSeconds", flushAgeSeconds, 60, 1, 1 << 20);
        checkpointSeconds = within("checkpointSeconds", checkpointSeconds, 30, 1, 1 << 20);
        logMiB = within("logMiB", logMiB, 2048, 1024, 1 << 20);
        reserveMiB = within("reserveMiB", reserveMiB, 256, 1, 1 << 20);
        diskChoice(disk);
        HostPort.parse("listen", listen);
        if (!http.isEmpty()) {
            HostPort.parse("http", http);
        }
        node = node == null ? "" : node;
        advertise = advertise == null ? "" : advertise;
        raft = raft == null ? "" : raft;
        join = join == null ? List.of() : List.copyOf(join);
        checkCluster(node, advertise, raft, join, listen);
    }

    private static void checkCluster(String node, String advertise, String raft, List<String> join, String listen) {
        if (!node.isEmpty() && !NODE.matcher(node).matches()) {
            throw invalid(
                    "node",
                    "'" + node + "'",
                    "1 to 63 characters of a-z, 0-9, '-' and '.', with a letter or digit at both ends");
        }
        if (raft.isEmpty()) {
            refuseWithoutRaft("join", !join.isEmpty());
            refuseWithoutRaft("advertise", !advertise.isEmpty());
            return;
        }
        HostPort address = HostPort.parse("raft", raft);
        if (address.port() == 0) {
            throw invalid("raft", raft, "a port of 1..65535: the other nodes must know it before");
        }
        if (node.isEmpty()) {
            throw invalid("node", "empty", "a name for this node, because raft is set: node: n1, or --node n1");
        }
        if (advertise.isEmpty()) {
            refuseWildcard("raft", address);
            refuseWildcard("listen", HostPort.parse("listen", listen));
        } else if (advertise.indexOf(':') >= 0 && !advertise.startsWith("[")) {
            throw invalid("advertise", "'" + advertise + "'", "a host without a port");
        }
        join.forEach(text -> HostPort.parse("join", text));
    }

    private static void refuseWithoutRaft(String field, boolean isSet) {
        if (isSet) {
            throw invalid(field, "set", "raft to be set as well: a node without it is on its own");
        }
    }

    private static void refuseWildcard(String field, HostPort address) {
        if (address.isWildcard()) {
            throw invalid(
                    field,
                    address,
                    "an address that others can use, or advertise to say under which host they reach this node");
        }
    }

    public static ServerConfig defaults() {
        return new ServerConfig(
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /// Reads a YAML file.
    ///
    /// @throws Refused naming the field that is wrong
    public static ServerConfig read(Path file) throws IOException {
        try {
            YAMLMapper mapper = YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
            String text = Files.readString(file);
            return text.isBlank() ? defaults() : mapper.readValue(text, ServerConfig.class);
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof Refused refused) {
                throw new Refused(refused.code(), file + ": " + refused.getMessage(), e);
            }
            throw new Refused(ErrorCode.INVALID_ARGUMENT, file + ": " + e.getOriginalMessage(), e);
        }
    }

    public ServerConfig withData(Path newData) {
        return withOptions(newData, null, null, null, null, null, null);
    }

    public ServerConfig withListen(String newListen, String newHttp) {
        return withOptions(null, newListen, newHttp, null, null, null, null);
    }

    /// A node of a cluster.
    public ServerConfig withCluster(String newNode, String newRaft, List<String> newJoin) {
        return withOptions(null, null, null, newNode, null, newRaft, newJoin);
    }

    /// What an option says goes before this; null is an option that was not given.
    ServerConfig withOptions(
            Path newData,
            String newListen,
            String newHttp,
            String newNode,
            String newAdvertise,
            String newRaft,
            List<String> newJoin) {
        return new ServerConfig(
                newData == null ? data : newData,
                newListen == null ? listen : newListen,
                newHttp == null ? http : newHttp,
                disk,
                cacheMiB,
                bufferMiB,
                flushPoints,
                flushAgeSeconds,
                checkpointSeconds,
                logMiB,
                reserveMiB,
                newNode == null ? node : newNode,
                newAdvertise == null ? advertise : newAdvertise,
                newRaft == null ? raft : newRaft,
                newJoin == null ? join : newJoin);
    }

    /// Whether the node belongs, or is to belong, to a cluster.
    public boolean isClustered() {
        return !raft.isEmpty();
    }

    /// The store's part of this.
    LocalStoreOptions storeOptions() {
        long bufferBytes = (long) bufferMiB << 20;
        PqmOptions defaults = PqmOptions.withBudget(bufferBytes);
        PqmOptions pqm =
                new PqmOptions(
                        flushPoints,
                        flushAgeSeconds * 1_000_000_000L,
                        bufferBytes,
                        defaults.bufferBytesHigh(),
                        defaults.bufferBytesLow(),
                        defaults.historyBytesPerStreamMax(),
                        defaults.historyBytesMax());
        return new LocalStoreOptions(
                StoreOptions.ofCacheBytes((long) cacheMiB << 20),
                Journal.Options.DEFAULT,
                pqm,
                TableOptions.DEFAULT,
                TreeShape.DEFAULT,
                (long) reserveMiB << 20,
                LocalStoreOptions.DEFAULT.checkpointLogBytes(),
                checkpointSeconds * 1_000_000_000L,
                (long) logMiB << 20);
    }

    DiskChoice diskChoice() {
        return diskChoice(disk);
    }

    private static DiskChoice diskChoice(String text) {
        return switch (text) {
            case "auto" -> DiskChoice.AUTO;
            case "io_uring" -> DiskChoice.IO_URING;
            case "file-channel" -> DiskChoice.FILE_CHANNEL;
            default -> throw invalid("disk", text, "auto, io_uring or file-channel");
        };
    }

    private static int within(String field, Integer value, int defaultValue, int min, int max) {
        if (value == null) {
            return defaultValue;
        }
        if (value < min || value > max) {
            throw invalid(field, value, min + ".." + max);
        }
        return value;
    }

    private static Refused invalid(String field, Object found, String wanted) {
        return new Refused(ErrorCode.INVALID_ARGUMENT, field + " is " + found + ", wanted " + wanted);
    }
}
