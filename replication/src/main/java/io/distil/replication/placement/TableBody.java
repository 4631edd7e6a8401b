package io.distil.replication.placement;

import java.util.HexFormat;

/// Which of the trees a group keeps for a table holds a tablet's rows.
///
/// A table begins as one *body*, under its own name, in the root group. Splits leave it as it is: the tablets share it. A
/// tablet that moves becomes a body of its own where it arrives, with the versions it had where it came from: a table's
/// versions count what happened in one body, so those of two could never be told apart in one.
///
/// @param space the table's name
/// @param body 0 for the table's first, else the move with which it came
public record TableBody(String space, long body) {
    /// Begins the internal name of every body but the first. No table of a program can have such a name.
    public static final char MARK = '\u0001';

    private static final int PREFIX_CHARS = 1 + 16;

    /// What the body is called inside of a group, and in its log.
    public String name() {
        return body == 0 ? space : MARK + HexFormat.of().toHexDigits(body) + space;
    }

    public static TableBody ofName(String name) {
        return name.length() < PREFIX_CHARS || name.charAt(0) != MARK
                ? new TableBody(name, 0)
                : new TableBody(name.substring(PREFIX_CHARS), HexFormat.fromHexDigitsToLong(name, 1, PREFIX_CHARS));
    }
}
