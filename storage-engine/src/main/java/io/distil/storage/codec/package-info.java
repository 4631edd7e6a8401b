/// The points of one leaf as bytes: lossless to the bit, checked, fast in both directions.
///
/// It knows columns of numbers and the memory to put them into; it does not know trees, blocks or files. Blocks are under a
/// checksum below it; it checks once more what it reads, so that any bytes at all end in points or in
/// {@link io.distil.base.CorruptBlock}, with no read or write out of bounds and no more memory than a leaf may have.
///
/// Reading order: {@link io.distil.storage.codec.LeafCodec} (the door), {@link io.distil.storage.codec.LeafPoints} (what goes
/// through it), `TimeColumn` and `ValueColumn` (which scheme, and the tables of them), the schemes, then what they are made
/// of: `IntegerColumn`, `PackedIntegers`, `BitPacking`.
///
/// ## A leaf
///
/// All numbers are little-endian.
///
/// | offset | bytes | field | rule |
/// |---|---|---|---|
/// | 0 | 1 | layout | 1 |
/// | 1 | 3 | count | 0..2^20 |
/// | 4 | … | chunks | of 2,048 points, the last of what remains; none if the count is 0 |
///
/// A chunk of `n` points:
///
/// | offset | bytes | field | rule |
/// |---|---|---|---|
/// | 0 | 2 | time bytes | `t`, 1..1 + 8·n |
/// | 2 | 2 | value bytes | `v`, 1..1 + 8·n |
/// | 4 | t | times | a scheme byte, then what the scheme wrote |
/// | 4 + t | v | values | a scheme byte, then what the scheme wrote |
///
/// Nothing follows the last chunk. Times are legal and never fall, within a chunk and from one to the next. Each scheme's
/// bytes stand in a table above its class:
///
/// | scheme byte | times | values |
/// |---|---|---|
/// | 0 | `ConstantPeriod` | `ConstantValue` |
/// | 1 | `PeriodWithJitter` | `DecimalValues` |
/// | 2 | `TimeDifferences` | `OrderedBits` |
/// | 3 | `RawTimes` | `SplitBits` |
/// | 4 | | `DistinctValues` |
/// | 5 | | `RawValues` |
///
/// A column that would be longer than its raw form is written raw. The bytes depend on the points alone, so that replicas
/// write the same blocks.
package io.distil.storage.codec;
