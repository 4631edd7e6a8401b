package io.distil.daemon.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// One thing at a time: a line for each of its fields, an empty line between two things.
final class FieldRows extends TextRows {
    private final AnswerOutput out;
    private final List<String> names = new ArrayList<>();
    private final List<String> cells = new ArrayList<>();
    private boolean first = true;

    FieldRows(OutputStream out) {
        this.out = new AnswerOutput(out);
    }

    @Override
    protected void cell(String name, String text, boolean isNumber) {
        names.add(name);
        cells.add(text);
    }

    @Override
    public void end() throws IOException {
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        if (!first) {
            out.write("\n");
        }
        first = false;
        for (int i = 0; i < names.size(); i++) {
            out.write(names.get(i) + " ".repeat(width - names.get(i).length()) + "  " + cells.get(i) + "\n");
        }
        names.clear();
        cells.clear();
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
