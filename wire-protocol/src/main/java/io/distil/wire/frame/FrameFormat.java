package io.distil.wire.frame;

import io.distil.wire.frame.sbe.FrameHeaderDecoder;
import io.distil.wire.frame.sbe.FrameHeaderEncoder;
import io.distil.wire.frame.sbe.HelloEncoder;

/// The numbers of the frame format; the byte tables are in the package's description.
public final class FrameFormat {
    /// `frameBytes`, checksum, block length, template, schema, version and request id.
    public static final int HEADER_BYTES = FrameHeaderEncoder.ENCODED_LENGTH;

    /// The checksum covers everything behind itself.
    public static final int CHECKED_FROM_OFFSET = 8;

    /// Frames are whole words, so that in a buffer of many frames every column is aligned.
    public static final int WORD_BYTES = 8;

    /// The largest batch of points (16 MiB of columns) and room for what goes before it. A longer length is refused before
    /// a byte is allocated for it.
    public static final int FRAME_BYTES_MAX = (16 << 20) + (64 << 10);

    /// What a client sends before its first frame: the magic, then the oldest and the newest protocol version it speaks.
    public static final int PREAMBLE_BYTES = 8;

    /// "DSTL", read as a little-endian integer.
    public static final int MAGIC = 'D' | 'S' << 8 | 'T' << 16 | 'L' << 24;

    /// The only protocol version there is.
    public static final int PROTOCOL_VERSION = 1;

    /// The schema before durability, consistency, tables and clusters: its blocks end before what was appended since.
    static final int SCHEMA_VERSION_FIRST = 1;

    /// A bit of `features`: there is a cluster behind the server, and its map is worth asking for.
    public static final long FEATURE_CLUSTER = 1;

    /// The request id of what concerns the connection as a whole.
    public static final long CONNECTION_REQUEST_ID = 0;

    static final int SCHEMA_ID = HelloEncoder.SCHEMA_ID;
    static final int FRAME_BYTES_OFFSET = FrameHeaderDecoder.frameBytesEncodingOffset();
    static final int CHECKSUM_OFFSET = FrameHeaderDecoder.checksumEncodingOffset();

    private FrameFormat() {}

    /// Rounds up to whole words.
    static int wordsUp(int bytes) {
        return bytes + WORD_BYTES - 1 & -WORD_BYTES;
    }
}
