package io.distil.integration.crash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class CrashCyclesTest {
    /// A thousand: `./distil crash-test --cycles 1000`.
    @Test
    void aDaemonKilledTwentyTimesUnderLoadKeepsEveryAcknowledgedPoint(@TempDir Path data) throws Exception {
        long seed = Long.getLong("distil.seed", System.currentTimeMillis());
        System.out.println("crash cycles: -Ddistil.seed=" + seed);
        CrashCycles.Report report = new CrashCycles(data, seed).run(20);
        System.out.println(report);
        assertThat(report.acknowledged()).isGreaterThan(20);
        assertThat(report.obliterated()).isPositive();
    }
}
