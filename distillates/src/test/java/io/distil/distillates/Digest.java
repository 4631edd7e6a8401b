package io.distil.distillates;

import io.distil.base.TimeRange;

import java.util.List;

/// A computation for tests that notices everything: at each time of the first input, a hash of all points of all inputs
/// in `[u - lead, u + trailing]`, their order included.
record Digest(int version) implements Algorithm {
    @Override
    public String name() {
        return "digest";
    }

    @Override
    public List<String> outputs() {
        return List.of("digest");
    }

    @Override
    public Computation prepare(Parameters parameters, int inputCount) {
        long lead = parameters.positiveNanos("lead");
        long trailing = parameters.positiveNanos("trailing");
        parameters.refuseOthers();
        return new Hashing(lead, trailing, version);
    }

    private record Hashing(long leadNanos, long trailingNanos, int version) implements Computation {
        @Override
        public void compute(List<? extends InputPoints> inputs, TimeRange range, OutputSink sink) {
            InputPoints first = inputs.getFirst();
            for (int i = 0; i < first.count(); i++) {
                long u = first.time(i);
                if (range.contains(u) && (i == 0 || first.time(i - 1) != u)) {
                    long hash = version;
                    for (InputPoints input : inputs) {
                        hash = hash * 31 + hash(input, u);
                    }
                    sink.emit(0, u, mix(hash) >>> 12);
                }
            }
        }

        private long hash(InputPoints input, long u) {
            long hash = 1;
            for (int i = 0; i < input.count(); i++) {
                long time = input.time(i);
                if (time >= u - leadNanos && time <= u + trailingNanos) {
                    hash = mix(mix(hash ^ time) ^ Double.doubleToRawLongBits(input.value(i)));
                }
            }
            return hash;
        }

        /// Spreads every bit over all bits (the finaliser of MurmurHash3).
        private static long mix(long bits) {
            long mixed = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
            mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
            return mixed ^ mixed >>> 33;
        }
    }
}
