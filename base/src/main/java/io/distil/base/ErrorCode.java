package io.distil.base;

/// Why a request was refused. The number travels on the wire and never changes its meaning; the table of all of them, with
/// what a caller can do, is in `docs/formats/errors.md`.
public enum ErrorCode {
    INVALID_ARGUMENT(1),
    INVALID_TIME_RANGE(2),
    INVALID_TIME(3),
    INVALID_VALUE(4),
    INVALID_WIDTH(5),
    INVALID_VERSION(6),
    INVALID_COLLECTION(7),
    INVALID_TAG(8),
    INVALID_ANNOTATION(9),
    BATCH_TOO_LARGE(10),
    NO_SUCH_STREAM(20),
    NO_SUCH_POINT(21),
    VERSION_NOT_AVAILABLE(22),
    NO_SUCH_DISTILLATE(23),
    NO_SUCH_SNAPSHOT(24),
    NO_SUCH_TABLE(25),
    STREAM_ID_EXISTS(30),
    STREAM_NAME_EXISTS(31),
    STREAM_ID_OBLITERATED(32),
    STALE_PROPERTY_VERSION(33),
    STALE_RECORD(34),
    DISTILLATE_CONFLICT(35),
    TABLE_EXISTS(36),
    CONDITION_FAILED(37),
    NOT_LEADER(40),
    WRONG_TABLET(41),
    REVERTED(42),
    TOO_STALE(43),
    NOT_ENOUGH_REPLICAS(44),
    CLUSTER_CONFLICT(45),
    NO_SUCH_NODE(46),
    MALFORMED_FRAME(50),
    UNSUPPORTED_PROTOCOL(51),
    UNKNOWN_OPERATION(52),
    UNAUTHENTICATED(53),
    OVERLOADED(60),
    DISK_FULL(61),
    READ_ONLY(62),
    CORRUPT(63),
    SHUTTING_DOWN(64),
    CONNECTION_LOST(65),
    DATA_DIRECTORY_IN_USE(70),
    FORMAT_TOO_NEW(71),
    FORMAT_UNKNOWN(72),
    INTERNAL(99);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /// The number on the wire.
    public int number() {
        return number;
    }

    /// The code with this number, or {@link #INTERNAL} for one a newer peer may know.
    public static ErrorCode ofNumber(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERNAL;
    }
}
