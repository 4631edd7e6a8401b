/// The place of the mounted file system, in which people browse streams, windows and distillates. It holds no code yet.
///
/// What it will own: the `/dev/fuse` protocol over the foreign-function API, and the logic of paths, versions and offsets.
/// What it may know: {@link io.distil.base.api.StreamStore}, near or far, and nothing behind it. The n-th point of a file is
/// found by the counts in the tree's entries, so that a file is seekable without reading what comes before.
package io.distil.fs;
