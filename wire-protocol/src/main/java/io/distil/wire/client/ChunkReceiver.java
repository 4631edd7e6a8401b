package io.distil.wire.client;

import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Frame;

/// Takes the chunks of a streamed answer. Called on the client's own thread: it must not block.
interface ChunkReceiver {
    /// @param frame holds the chunk's columns; the receiver releases it
    void chunk(Answer.Chunk chunk, Frame frame);

    void end();

    void fail(Throwable cause);
}
