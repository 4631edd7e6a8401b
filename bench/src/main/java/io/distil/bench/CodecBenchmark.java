package io.distil.bench;

import com.github.luben.zstd.Zstd;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.codec.LeafCodec;
import io.distil.storage.codec.LeafPoints;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/// The leaf codec both ways, beside zstd on the same points as two raw columns. One operation is one point, times and
/// values together, on one thread; the figures are millions of points a second. Bytes per point are printed at the set-up.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 20, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class CodecBenchmark {
    private static final int LEAF_COUNT = 2048;
    private static final int LEAVES = 64;
    private static final int POINT_COUNT = LEAVES * LEAF_COUNT;
    private static final int ZSTD_LEVEL = 3;

    @Param({Series.JITTERED_WALK, Series.PHASOR, "machine_temperature_system_failure.csv", "nyc_taxi.csv"})
    private String series;

    private final LeafCodec codec = new LeafCodec();
    private final LeafPoints decoded = new LeafPoints(LEAF_COUNT);
    private final byte[] rawColumns = new byte[2 * Long.BYTES * POINT_COUNT];
    private final byte[] rawAgain = new byte[rawColumns.length];
    private final byte[] compressed = new byte[(int) Zstd.compressBound(rawColumns.length)];
    private final MemorySegment[] leaves = new MemorySegment[LEAVES];
    private LeafPoints points;
    private MemorySegment room;
    private int compressedBytes;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        points = Series.named(series, POINT_COUNT);
        room = OffHeap.allocate(MemoryOwner.SCRATCH, (long) LEAVES * LeafCodec.boundBytes(LEAF_COUNT));
        long leafBytes = encode();
        copyColumns();
        compressedBytes = zstdCompress();
        System.out.printf(
                "%n# %s: %.2f bytes per point; zstd -%d %.2f, zstd -19 %.2f%n",
                series,
                (double) leafBytes / POINT_COUNT,
                ZSTD_LEVEL,
                (double) compressedBytes / POINT_COUNT,
                (double) Zstd.compress(rawColumns, 19).length / POINT_COUNT);
    }

    private void copyColumns() {
        MemorySegment columns = MemorySegment.ofArray(rawColumns);
        for (int i = 0; i < POINT_COUNT; i++) {
            columns.set(Layouts.LONG, (long) Long.BYTES * i, points.times()[i]);
            columns.set(Layouts.DOUBLE, (long) Long.BYTES * (POINT_COUNT + i), points.values()[i]);
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        OffHeap.free(MemoryOwner.SCRATCH, room);
    }

    @Benchmark
    @OperationsPerInvocation(POINT_COUNT)
    public long encode() {
        long position = 0;
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            int from = leaf * LEAF_COUNT;
            int bytes = codec.encode(points, from, from + LEAF_COUNT, room.asSlice(position));
            leaves[leaf] = room.asSlice(position, bytes);
            position += bytes;
        }
        return position;
    }

    @Benchmark
    @OperationsPerInvocation(POINT_COUNT)
    public LeafPoints decode() throws CorruptBlock {
        for (MemorySegment leaf : leaves) {
            codec.decode(leaf, decoded);
        }
        return decoded;
    }

    @Benchmark
    @OperationsPerInvocation(POINT_COUNT)
    public int zstdCompress() {
        return (int)
                Zstd.compressByteArray(compressed, 0, compressed.length, rawColumns, 0, rawColumns.length, ZSTD_LEVEL);
    }

    @Benchmark
    @OperationsPerInvocation(POINT_COUNT)
    public long zstdDecompress() {
        return Zstd.decompressByteArray(rawAgain, 0, rawAgain.length, compressed, 0, compressedBytes);
    }
}
