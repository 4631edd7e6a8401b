package io.distil.daemon.cli;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Standard output with a buffer, which tells a reader who went away from a disk that failed. Closing it flushes, and
/// leaves standard output open.
final class AnswerOutput extends FilterOutputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    AnswerOutput(OutputStream out) {
        super(new BufferedOutputStream(out, BUFFER_BYTES));
    }

    @Override
    public void write(int b) throws IOException {
        try {
            out.write(b);
        } catch (IOException e) {
            throw named(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw named(e);
        }
    }

    void write(CharSequence text) throws IOException {
        write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw named(e);
        }
    }

    @Override
    public void close() throws IOException {
        flush();
    }

    /// The kernel's EPIPE has no type of its own in Java, only its text.
    private static IOException named(IOException e) {
        return "Broken pipe".equals(e.getMessage()) ? new ClosedOutput(e) : e;
    }
}
