package io.distil.daemon.cli;

import java.io.IOException;
import java.io.OutputStream;

/// A sentence instead of fields: people need not read them one by one.
final class SentenceRows extends TextRows {
    private final AnswerOutput out;
    private final String sentence;

    SentenceRows(OutputStream out, String sentence) {
        this.out = new AnswerOutput(out);
        this.sentence = sentence;
    }

    @Override
    protected void cell(String name, String text, boolean isNumber) {}

    @Override
    public void end() throws IOException {
        out.write(sentence + "\n");
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
