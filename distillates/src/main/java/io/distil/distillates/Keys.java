package io.distil.distillates;

/// Where the records of a distillate lie: `distillate/NAME/spec` and `distillate/NAME/cursor`.
final class Keys {
    static final String PREFIX = "distillate/";
    private static final String SPEC = "/spec";
    private static final String CURSOR = "/cursor";

    private Keys() {}

    static String spec(String name) {
        return PREFIX + name + SPEC;
    }

    static String cursor(String name) {
        return PREFIX + name + CURSOR;
    }

    static boolean isSpec(String key) {
        return key.startsWith(PREFIX) && key.endsWith(SPEC);
    }

    static String nameOfSpec(String key) {
        return key.substring(PREFIX.length(), key.length() - SPEC.length());
    }
}
