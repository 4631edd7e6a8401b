package io.distil.bench.daemon;

import io.distil.daemon.cli.Rows;

import java.io.IOException;
import java.nio.file.Path;

/// What the daemon stands on, measured in the same run.
record Baseline(RawDevice device, double loopbackBytesPerSecond) {
    static Baseline measure(Path parent) throws IOException {
        return new Baseline(RawDevice.measure(parent), Loopback.bytesPerSecond());
    }

    void print(Rows rows) throws IOException {
        rows.text("baseline", device.description())
                .rounded("append_p50_us", DaemonBench.rounded(device.appendMicros(50)))
                .rounded("append_p99_us", DaemonBench.rounded(device.appendMicros(99)))
                .rounded("appends_per_s", DaemonBench.rounded(device.appendsPerSecond()))
                .rounded("write_mb_per_s", DaemonBench.rounded(device.writeBytesPerSecond() / 1e6))
                .rounded("read_mb_per_s", DaemonBench.rounded(device.readBytesPerSecond() / 1e6))
                .rounded("loopback_mb_per_s", DaemonBench.rounded(loopbackBytesPerSecond / 1e6));
        rows.end();
    }
}
