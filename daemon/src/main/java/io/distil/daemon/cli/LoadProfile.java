package io.distil.daemon.cli;

import java.util.Locale;

/// Kinds of made-up load, each like something people record.
public enum LoadProfile {
    /// 120 points a second on an exact grid: the angle of a voltage phasor in degrees, wrapping at ±180, in single precision
    /// as phasor measurement units send it.
    PHASOR_120HZ("phasor-120hz"),
    /// One point a second: a temperature with a daily course, two decimals.
    ONE_HZ("1hz"),
    /// One point a minute: counts with a daily course, whole numbers.
    MINUTELY("minutely"),
    /// Points at random times, ten seconds apart on average: a random walk with all its digits.
    IRREGULAR("irregular"),
    /// Ten points a second with a jitter of up to 50 µs: a random walk kept to three decimals.
    JITTERED_WALK("jittered-walk");

    private final String label;

    LoadProfile(String label) {
        this.label = label;
    }

    /// As it is written on the command line.
    public String label() {
        return label;
    }

    /// The series number `index` of a load: always the same points for the same arguments.
    ///
    /// @param seed of the whole load; each index draws from a generator of its own
    /// @param startNanos no point lies more than the jitter before it
    public SyntheticSeries series(long seed, int index, long startNanos) {
        return switch (this) {
            case PHASOR_120HZ -> new SyntheticSeries.Phasor(seed, index, startNanos);
            case ONE_HZ -> new SyntheticSeries.Temperature(seed, index, startNanos);
            case MINUTELY -> new SyntheticSeries.Counts(seed, index, startNanos);
            case IRREGULAR -> new SyntheticSeries.Irregular(seed, index, startNanos);
            case JITTERED_WALK -> new SyntheticSeries.JitteredWalk(seed, index, startNanos);
        };
    }

    /// @throws IllegalArgumentException with a sentence
    public static LoadProfile parse(String text) {
        StringBuilder labels = new StringBuilder();
        for (LoadProfile profile : values()) {
            if (profile.label.equals(text.toLowerCase(Locale.ROOT))) {
                return profile;
            }
            labels.append(labels.isEmpty() ? "" : ", ").append(profile.label);
        }
        throw new IllegalArgumentException("'" + text + "' is not a profile; there are " + labels);
    }
}
