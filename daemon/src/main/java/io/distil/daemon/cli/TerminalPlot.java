package io.distil.daemon.cli;

import java.util.Arrays;

/// Draws {@link PlotColumns} with characters: the mean as braille dots (two by four to a character), the span from minimum
/// to maximum as a shade behind it, values on the left, times below. Plain text, so it goes through a pipe as well.
///
/// ```
///      90 ┤░⡠⠤⣀░
///      80 ┤⠎░░░⠑⠢
///         └┬─────
///          09-01 13:00
/// ```
final class TerminalPlot {
    private static final int LABEL_COLUMNS = 10;
    private static final int MARGIN_COLUMNS = LABEL_COLUMNS + 2;
    private static final int DOTS_ACROSS = 2;
    private static final int DOTS_DOWN = 4;
    private static final int BRAILLE = 0x2800;

    /// The bit of each dot in a braille character, by row and column (Unicode 3.0, block 2800).
    private static final int[][] DOT_BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private static final char SHADE = '░';

    /// Two neighbours further apart than this many usual distances are not joined: between them data is missing.
    private static final int GAP_FACTOR = 3;

    private static final double ROWS_PER_LABEL = 2.5;

    private final PlotColumns data;
    private final int rows;
    private final int columns;
    private final double low;
    private final double high;
    private final int[][] dots;
    private final boolean[][] shaded;

    /// @param width of the whole picture in characters
    TerminalPlot(PlotColumns data, int rows, int width) {
        this.data = data;
        this.rows = rows;
        this.columns = width - MARGIN_COLUMNS;
        this.dots = new int[rows][columns];
        this.shaded = new boolean[rows][columns];
        double min = data.count() == 0 ? 0 : data.min();
        double max = data.count() == 0 ? 0 : data.max();
        // A constant gets some room, so that it is drawn in the middle.
        double room = max > min ? 0 : Math.max(1, Math.abs(max) / 10);
        this.low = min - room;
        this.high = max + room;
    }

    /// How many columns of dots a picture of this width has.
    static int dotColumns(int width) {
        return (width - MARGIN_COLUMNS) * DOTS_ACROSS;
    }

    String draw(String title) {
        shade();
        line();
        StringBuilder out = new StringBuilder(title).append('\n');
        double step = PlotTicks.valueStep(high - low, Math.max(2, (int) (rows / ROWS_PER_LABEL)));
        for (int row = 0; row < rows; row++) {
            String label = PlotTicks.valueLabel(valueAt(row + 1), valueAt(row), step);
            out.append(" ".repeat(Math.max(0, LABEL_COLUMNS - label.length())))
                    .append(label)
                    .append(label.isEmpty() ? " │" : " ┤");
            StringBuilder cells = new StringBuilder(columns);
            for (int column = 0; column < columns; column++) {
                cells.append(
                        dots[row][column] != 0
                                ? (char) (BRAILLE + dots[row][column])
                                : shaded[row][column] ? SHADE : ' ');
            }
            out.append(cells.toString().stripTrailing()).append('\n');
        }
        PlotTicks.timeAxis(out, data.range(), columns, " ".repeat(LABEL_COLUMNS + 1));
        return out.toString();
    }

    /// A cell is shaded when the span of one of its columns covers at least half of it.
    private void shade() {
        for (int x = 0; x < data.size(); x++) {
            if (data.isEmpty(x)) {
                continue;
            }
            int top = dotRow(data.max(x));
            int bottom = dotRow(data.min(x));
            for (int row = top / DOTS_DOWN; row <= bottom / DOTS_DOWN; row++) {
                int covered = Math.min(bottom, (row + 1) * DOTS_DOWN - 1) - Math.max(top, row * DOTS_DOWN) + 1;
                shaded[row][x / DOTS_ACROSS] |= covered >= DOTS_DOWN / 2;
            }
        }
    }

    private void line() {
        int joinMax = GAP_FACTOR * usualDistance();
        int before = -1;
        for (int x = 0; x < data.size(); x++) {
            if (data.isEmpty(x)) {
                continue;
            }
            if (before >= 0 && x - before <= joinMax) {
                join(before, x);
            } else {
                setDot(x, dotRow(data.mean(x)));
            }
            before = x;
        }
    }

    /// The median distance between neighbouring columns that have data.
    private int usualDistance() {
        int[] distances = new int[data.size()];
        int count = 0;
        int before = -1;
        for (int x = 0; x < data.size(); x++) {
            if (!data.isEmpty(x)) {
                if (before >= 0) {
                    distances[count++] = x - before;
                }
                before = x;
            }
        }
        Arrays.sort(distances, 0, count);
        return count == 0 ? 1 : distances[count / 2];
    }

    /// A straight line of dots without holes.
    private void join(int fromX, int toX) {
        int fromY = dotRow(data.mean(fromX));
        int toY = dotRow(data.mean(toX));
        int steps = Math.max(toX - fromX, Math.abs(toY - fromY));
        for (int step = 1; step <= steps; step++) {
            setDot(
                    fromX + Math.round((float) (toX - fromX) * step / steps),
                    fromY + Math.round((float) (toY - fromY) * step / steps));
        }
    }

    private void setDot(int x, int y) {
        dots[y / DOTS_DOWN][x / DOTS_ACROSS] |= DOT_BITS[y % DOTS_DOWN][x % DOTS_ACROSS];
    }

    private int dotRow(double value) {
        int dotRows = rows * DOTS_DOWN;
        // Halved first: the span of two finite doubles may be more than a double holds.
        double share = (value / 2 - low / 2) / (high / 2 - low / 2);
        return Math.clamp((int) ((1 - share) * dotRows), 0, dotRows - 1);
    }

    /// The value at the upper edge of a row.
    private double valueAt(int row) {
        double share = (double) row / rows;
        return high * (1 - share) + low * share;
    }
}
