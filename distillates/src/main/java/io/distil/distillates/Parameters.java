package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The parameters of a specification, read by type. What nobody has read when {@link #refuseOthers}
/// is called is unknown, and refused.
public final class Parameters {
    private final Map<String, Object> values;
    private final Set<String> known = new TreeSet<>();

    /// @param values texts, whole numbers (`Long`), numbers (`Double`) and truth values
    public Parameters(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /// A length of time that must be there and be positive.
    public long positiveNanos(String key) {
        String field = field(key);
        long nanos =
                switch (required(key)) {
                    case Long whole -> Widths.check(field, whole);
                    case String text -> Widths.parse(field, text);
                    case Object other -> throw wrongType(key, other, "a length of time such as 1h");
                };
        if (nanos == 0) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, field + ": 0 ns is not a positive length of time");
        }
        return nanos;
    }

    /// A finite number that must be there.
    public double number(String key) {
        return switch (required(key)) {
            case Long whole -> whole;
            case Double number -> number;
            case Object other -> throw wrongType(key, other, "a number");
        };
    }

    /// Ends the reading: whatever was not asked for is refused by name.
    public void refuseOthers() {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT, field(key) + ": unknown; known are " + String.join(", ", known));
            }
        }
    }

    private Object required(String key) {
        known.add(key);
        Object value = values.get(key);
        if (value == null) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, field(key) + ": missing");
        }
        return value;
    }

    private static Refused wrongType(String key, Object found, String wanted) {
        return new Refused(ErrorCode.INVALID_ARGUMENT, field(key) + ": '" + found + "' is not " + wanted);
    }

    private static String field(String key) {
        return "parameters." + key;
    }
}
