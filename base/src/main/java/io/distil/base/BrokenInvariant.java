package io.distil.base;

/// A bug of ours: something that is always true was found false. The part of the process that met it stops.
public final class BrokenInvariant extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokenInvariant(String sentence) {
        super(sentence);
    }

    public BrokenInvariant(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /// Throws unless `holds`; the sentence says what was found and what was wanted.
    public static void check(boolean holds, String sentence) {
        if (!holds) {
            throw new BrokenInvariant(sentence);
        }
    }
}
