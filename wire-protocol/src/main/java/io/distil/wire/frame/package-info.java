/// The bytes of the wire protocol: what a frame is, and how every request and answer lies in one.
///
/// This package owns every offset and every number of the protocol; server and client see only records. It knows no socket
/// and no thread. The whole protocol, written for people who want to write a client from it, is `docs/formats/wire.md`.
///
/// A frame, all numbers little-endian:
///
/// | offset | bytes | field | |
/// |---|---|---|---|
/// | 0 | 4 | `frameBytes` | the whole frame, a multiple of 8, at most {@link io.distil.wire.frame.FrameFormat#FRAME_BYTES_MAX} |
/// | 4 | 4 | `checksum` | CRC-32C of everything from offset 8 on |
/// | 8 | 2 | `blockLength` | bytes of the fixed part, a multiple of 8 |
/// | 10 | 2 | `templateId` | what the frame is |
/// | 12 | 2 | `schemaId` | 19524 |
/// | 14 | 2 | `version` | of the schema the sender knows |
/// | 16 | 8 | `requestId` | chosen by the client; 0 concerns the connection |
/// | 24 | `blockLength` | block | the fixed fields, by the schema in `src/main/sbe/wire.xml` |
/// | … | … | body | texts, maps, columns |
/// | … | 0..7 | zeros | up to a multiple of 8 |
///
/// Valid when: the length is in its bounds; the checksum fits; the schema is ours; block and body lie inside the frame and
/// fill it but for the padding; every count agrees with the bytes that follow it. A column of points is `8 * count` bytes,
/// aligned to 8, so sender and receiver move it as memory and no code looks at a single point.
///
/// Reading order: {@link io.distil.wire.frame.Request} and {@link io.distil.wire.frame.Answer} (everything that can be said),
/// {@link io.distil.wire.frame.RequestEncoder} and {@link io.distil.wire.frame.RequestDecoder} with those of mutations and
/// tables, {@link io.distil.wire.frame.AnswerEncoder} and {@link io.distil.wire.frame.AnswerDecoder}, `ClusterFrames` (as bytes),
/// `Blocks` (fields that many frames have),
/// {@link io.distil.wire.frame.FrameAssembler} (frames out of a stream of bytes), {@link io.distil.wire.frame.Frame} and
/// {@link io.distil.wire.frame.FramePool} (the memory of a received one).
package io.distil.wire.frame;
