package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

/// How many nodes must hold a mutation on disk before it is acknowledged.
///
/// | level | acknowledged when | what may still happen |
/// |---|---|---|
/// | {@link #LEADER} | the leader has synced it, before it is applied | it is *reverted* if the leader dies first: {@link Writes#await} and subscribers are told |
/// | {@link #MAJORITY} | a majority has synced it and it is applied: the default | – |
/// | {@link #atLeast} `n` | as majority, and at least `n` members have synced it | – |
/// | {@link #ALL} | as majority, and every member has synced it | – |
///
/// On a node without replicas, all of these are the same sync of one disk.
///
/// @param copies {@link #LEADER}, {@link #MAJORITY} and {@link #ALL} stand for themselves by numbers that are no counts
public record Durability(int copies) {
    private static final int ALL_COPIES = -1;
    private static final int MAJORITY_COPIES = 0;
    private static final int LEADER_COPIES = -2;

    /// More members than this no group ever has.
    public static final int COPIES_MAX = 31;

    public static final Durability LEADER = new Durability(LEADER_COPIES);
    public static final Durability MAJORITY = new Durability(MAJORITY_COPIES);
    public static final Durability ALL = new Durability(ALL_COPIES);

    public Durability {
        if (copies < LEADER_COPIES || copies > COPIES_MAX) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "durability of " + copies + " copies; wanted leader, majority, all or 1.." + COPIES_MAX);
        }
    }

    /// A majority, and at least so many members.
    public static Durability atLeast(int copies) {
        if (copies < 1) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "durability of " + copies + " copies; wanted 1 or more");
        }
        return new Durability(copies);
    }

    public boolean isLeader() {
        return copies == LEADER_COPIES;
    }

    /// How many copies are wanted beyond what a commit means, in a group of `members`; 0 if a commit is enough.
    public int copiesWanted(int members) {
        return copies == ALL_COPIES ? members : Math.max(copies, 0);
    }

    /// As {@link #toString} gives it: `leader`, `majority`, `all`, or a count.
    public static Durability of(String text) {
        return switch (text) {
            case "leader" -> LEADER;
            case "majority" -> MAJORITY;
            case "all" -> ALL;
            default -> {
                try {
                    yield atLeast(Integer.parseInt(text));
                } catch (NumberFormatException e) {
                    throw new Refused(
                            ErrorCode.INVALID_ARGUMENT,
                            "durability '" + text + "'; wanted leader, majority, all or a count of nodes",
                            e);
                }
            }
        };
    }

    @Override
    public String toString() {
        return switch (copies) {
            case LEADER_COPIES -> "leader";
            case MAJORITY_COPIES -> "majority";
            case ALL_COPIES -> "all";
            default -> Integer.toString(copies);
        };
    }
}
