package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.sbe.LogPositionDecoder;
import io.distil.wire.frame.sbe.LogPositionEncoder;
import io.distil.wire.frame.sbe.ReadConsistencyDecoder;
import io.distil.wire.frame.sbe.ReadConsistencyEncoder;
import io.distil.wire.frame.sbe.ReadSourceDecoder;
import io.distil.wire.frame.sbe.ReadSourceEncoder;
import io.distil.wire.frame.sbe.StreamIdDecoder;
import io.distil.wire.frame.sbe.StreamIdEncoder;
import io.distil.wire.frame.sbe.StreamVersionDecoder;
import io.distil.wire.frame.sbe.StreamVersionEncoder;
import io.distil.wire.frame.sbe.TableSourceDecoder;
import io.distil.wire.frame.sbe.TableSourceEncoder;
import io.distil.wire.frame.sbe.TimeRangeDecoder;
import io.distil.wire.frame.sbe.TimeRangeEncoder;
import io.distil.wire.frame.sbe.WriteTagDecoder;
import io.distil.wire.frame.sbe.WriteTagEncoder;

/// The fields that blocks of many kinds have in common: `put` writes one, `get` reads it back.
final class Blocks {
    /// As the major version of a selector: the latest version.
    private static final long LATEST = -1;

    private static final int LINEARIZABLE = 0;
    private static final int LEADER = 1;
    private static final int BOUNDED_STALE = 2;
    private static final long STALE_MILLIS_MAX = 0xffff_fffeL;

    private Blocks() {}

    /// Checks that a block has the fields it had from the first.
    ///
    /// A newer peer may send a longer block, whose end is skipped; a shorter one was never a version of this protocol.
    static void check(Frame frame, int blockLengthMin) throws MalformedFrame {
        if (frame.header().blockLength() < blockLengthMin) {
            throw new MalformedFrame(
                    "frame type "
                            + frame.templateId()
                            + " has a block of "
                            + frame.header().blockLength()
                            + " bytes, wanted "
                            + blockLengthMin);
        }
    }

    /// Checks a block whose last `appendedBytes` bytes the first version of the schema did not have.
    ///
    /// @return whether they are there
    static boolean check(Frame frame, int blockLength, int appendedBytes) throws MalformedFrame {
        boolean isWhole = frame.header().version() > FrameFormat.SCHEMA_VERSION_FIRST;
        check(frame, isWhole ? blockLength : blockLength - appendedBytes);
        return isWhole;
    }

    // Mutations.

    static void put(WriteTagEncoder to, WriteTag tag) {
        to.clientHigh(tag.clientHigh()).clientLow(tag.clientLow()).sequence(tag.sequence());
    }

    static WriteTag get(WriteTagDecoder tag) {
        if (tag.sequence() < 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, "sequence " + tag.sequence() + " is negative; clients count from 1");
        }
        return new WriteTag(tag.clientHigh(), tag.clientLow(), tag.sequence());
    }

    static byte copies(Durability durability) {
        return (byte) durability.copies();
    }

    static Durability durability(byte copies) {
        return new Durability(copies);
    }

    static void put(LogPositionEncoder to, LogPosition position) {
        to.group(position.group()).term(position.term()).position(position.position());
    }

    static LogPosition get(LogPositionDecoder position) throws MalformedFrame {
        return new LogPosition(group(position.group()), position.term(), position.position());
    }

    /// The number of a group, which a block has as 64 bits.
    static int group(long group) throws MalformedFrame {
        if (group != (int) group) {
            throw new MalformedFrame("group " + group + " is no number of a group");
        }
        return (int) group;
    }

    // Where and when.

    static void put(StreamIdEncoder to, StreamId stream) {
        to.high(stream.high()).low(stream.low());
    }

    static StreamId get(StreamIdDecoder stream) {
        return new StreamId(stream.high(), stream.low());
    }

    static void put(TimeRangeEncoder to, TimeRange range) {
        to.from(range.from()).until(range.until());
    }

    static TimeRange get(TimeRangeDecoder range) {
        return new TimeRange(range.from(), range.until());
    }

    static void put(StreamVersionEncoder to, Version version) {
        to.major(version.major()).minor(version.minor());
    }

    static Version get(StreamVersionDecoder version) {
        return new Version(version.major(), version.minor());
    }

    static void put(StreamVersionEncoder to, VersionSelector selector) {
        to.major(major(selector)).minor(minor(selector));
    }

    static VersionSelector selector(StreamVersionDecoder selector) {
        return selector(selector.major(), selector.minor());
    }

    private static long major(VersionSelector selector) {
        return switch (selector) {
            case VersionSelector.Latest _ -> LATEST;
            case VersionSelector.Exactly(Version version) -> version.major();
        };
    }

    private static long minor(VersionSelector selector) {
        return switch (selector) {
            case VersionSelector.Latest _ -> 0;
            case VersionSelector.Exactly(Version version) -> version.minor();
        };
    }

    private static VersionSelector selector(long major, long minor) {
        return major == LATEST ? VersionSelector.LATEST : VersionSelector.at(new Version(major, minor));
    }

    // Reads.

    static void put(ReadConsistencyEncoder to, Consistency consistency) {
        switch (consistency) {
            case Consistency.Linearizable _ -> to.kind((short) LINEARIZABLE).staleMillisMax(0);
            case Consistency.Leader _ -> to.kind((short) LEADER).staleMillisMax(0);
            case Consistency.BoundedStale(long staleMillisMax) ->
                    to.kind((short) BOUNDED_STALE).staleMillisMax(Math.min(staleMillisMax, STALE_MILLIS_MAX));
        }
    }

    static Consistency get(ReadConsistencyDecoder consistency) {
        return switch (consistency.kind()) {
            case LINEARIZABLE -> Consistency.LINEARIZABLE;
            case LEADER -> Consistency.LEADER;
            case BOUNDED_STALE -> new Consistency.BoundedStale(consistency.staleMillisMax());
            default ->
                    throw new Refused(
                            ErrorCode.INVALID_ARGUMENT, "consistency " + consistency.kind() + " is not one of 0..2");
        };
    }

    static void put(ReadSourceEncoder to, ReadConsistencyEncoder consistency, Request.Source source) {
        switch (source) {
            case Request.Source.Held(long snapshot) -> {
                to.snapshot(snapshot).high(0).low(0).major(0).minor(0);
                put(consistency, Consistency.LINEARIZABLE);
            }
            case Request.Source.Direct direct -> {
                to.snapshot(0).high(direct.stream().high()).low(direct.stream().low());
                to.major(major(direct.at())).minor(minor(direct.at()));
                put(consistency, direct.consistency());
            }
        }
    }

    static Request.Source source(ReadSourceDecoder source, Consistency consistency) {
        return source.snapshot() != 0
                ? new Request.Source.Held(source.snapshot())
                : new Request.Source.Direct(
                        new StreamId(source.high(), source.low()),
                        selector(source.major(), source.minor()),
                        consistency);
    }

    /// @return the table's name, which goes behind the block
    static String put(TableSourceEncoder to, ReadConsistencyEncoder consistency, Request.TableSource source) {
        return switch (source) {
            case Request.TableSource.Held(long snapshot) -> {
                to.snapshot(snapshot).major(0).minor(0);
                put(consistency, Consistency.LINEARIZABLE);
                yield "";
            }
            case Request.TableSource.Direct direct -> {
                to.snapshot(0).major(major(direct.at())).minor(minor(direct.at()));
                put(consistency, direct.consistency());
                yield direct.table();
            }
        };
    }

    static Request.TableSource source(TableSourceDecoder source, ReadConsistencyDecoder consistency, String table) {
        return source.snapshot() != 0
                ? new Request.TableSource.Held(source.snapshot())
                : new Request.TableSource.Direct(table, selector(source.major(), source.minor()), get(consistency));
    }
}
