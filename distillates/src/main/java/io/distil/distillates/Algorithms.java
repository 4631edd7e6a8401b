package io.distil.distillates;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/// The algorithms that specifications may name. Unchanging.
public final class Algorithms {
    /// What every Distil ships, found by `java.util.ServiceLoader`: algorithms know this package, not the other way round.
    public static final Algorithms SHIPPED =
            new Algorithms(ServiceLoader.load(Algorithm.class).stream().map(ServiceLoader.Provider::get).toList());

    private final SortedMap<String, Algorithm> byName = new TreeMap<>();

    public Algorithms(List<Algorithm> algorithms) {
        for (Algorithm algorithm : algorithms) {
            Algorithm other = byName.put(algorithm.name(), algorithm);
            BrokenInvariant.check(other == null, "two algorithms are called " + algorithm.name());
        }
    }

    /// The algorithm of a specification, at the version that the specification asks for, if it asks.
    Algorithm of(DistillateSpec spec) {
        Algorithm algorithm = byName.get(spec.algorithm());
        if (algorithm == null) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "algorithm: there is no '"
                            + spec.algorithm()
                            + "'; there are "
                            + String.join(", ", byName.keySet()));
        }
        if (spec.algorithmVersion() != DistillateSpec.ANY_VERSION && spec.algorithmVersion() != algorithm.version()) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "algorithmVersion: version "
                            + spec.algorithmVersion()
                            + " of "
                            + algorithm.name()
                            + " is wanted; this Distil has version "
                            + algorithm.version());
        }
        return algorithm;
    }
}
