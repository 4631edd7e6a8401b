/// The points of one leaf as bytes: lossless, checked, fast in both directions.
///
/// It knows columns of numbers and memory to put them into; it does not know trees, blocks or files.
package io.distil.storage.codec;
