package io.distil.daemon.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// Aligned columns under a heading. The first rows are held back to find the widths; the rest streams, so that an answer
/// of any length needs little memory, and a cell that is wider than all before it only moves its own row.
final class TableRows extends TextRows {
    private static final int ROWS_MEASURED = 1000;
    private static final String GAP = "  ";

    private final AnswerOutput out;
    private final List<String> names = new ArrayList<>();
    private final List<Boolean> numbers = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();
    private final StringBuilder line = new StringBuilder();
    private List<String> row = new ArrayList<>();
    private List<List<String>> held = new ArrayList<>();

    TableRows(OutputStream out) {
        this.out = new AnswerOutput(out);
    }

    @Override
    protected void cell(String name, String text, boolean isNumber) {
        int column = row.size();
        if (column == names.size()) {
            names.add(name);
            numbers.add(isNumber);
            widths.add(name.length());
        }
        row.add(text);
    }

    @Override
    public void end() throws IOException {
        if (held == null) {
            print(row);
            row.clear();
            return;
        }
        held.add(row);
        row = new ArrayList<>(names.size());
        if (held.size() == ROWS_MEASURED) {
            printHeld();
        }
    }

    @Override
    public void flush() throws IOException {
        if (held != null && !held.isEmpty()) {
            printHeld();
        }
        out.flush();
    }

    @Override
    public void close() throws IOException {
        flush();
        out.close();
    }

    private void printHeld() throws IOException {
        for (List<String> cells : held) {
            for (int column = 0; column < cells.size(); column++) {
                widths.set(column, Math.max(widths.get(column), width(cells.get(column))));
            }
        }
        print(names);
        for (List<String> cells : held) {
            print(cells);
        }
        held = null;
    }

    private void print(List<String> cells) throws IOException {
        line.setLength(0);
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String padding = " ".repeat(Math.max(0, widths.get(column) - width(cell)));
            line.append(column == 0 ? "" : GAP);
            if (numbers.get(column)) {
                line.append(padding).append(cell);
            } else {
                line.append(cell).append(column == cells.size() - 1 ? "" : padding);
            }
        }
        out.write(line.append('\n'));
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
