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
        @JsonProperty("reserveMiB") Integer reserveMiB) {
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
    }

    public static ServerConfig defaults() {
        return new ServerConfig(null, null, null, null, null, null, null, null, null, null, null);
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
        return with(newData, listen, http);
    }

    public ServerConfig withListen(String newListen, String newHttp) {
        return with(data, newListen, newHttp);
    }

    private ServerConfig with(Path newData, String newListen, String newHttp) {
        return new ServerConfig(
                newData,
                newListen,
                newHttp,
                disk,
                cacheMiB,
                bufferMiB,
                flushPoints,
                flushAgeSeconds,
                checkpointSeconds,
                logMiB,
                reserveMiB);
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
