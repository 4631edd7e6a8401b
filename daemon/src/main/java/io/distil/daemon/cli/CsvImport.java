package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;

/// Reads one file of rows into a {@link RowSink}: finds the two columns, then goes through the bytes.
final class CsvImport {
    /// How the columns and times of a file are to be understood.
    ///
    /// @param timeColumn a heading or a number from 1; null to find it
    /// @param valueColumn as `timeColumn`
    /// @param unitNanos what a bare number counts; 0 if that was not said
    record Shape(String timeColumn, String valueColumn, long unitNanos, char separator) {}

    private static final Set<String> TIME_HEADINGS = Set.of("time", "timestamp", "date", "datetime", "ts");
    private static final Set<String> VALUE_HEADINGS = Set.of("value");

    /// Bare numbers below this, as nanoseconds, lie within the first year after 1970: seconds, most likely.
    private static final long DOUBTFUL_NANOS = 365L * 86_400 * 1_000_000_000;

    private static final int ROWS_PER_REPORT = 1 << 14;

    private final String name;
    private final CsvReader csv;
    private final Shape shape;
    private final RowSink sink;
    private final LongConsumer positions;
    private final TimeParser times;
    private int timeField;
    private int valueField;

    /// @param positions told now and then how many bytes have been read
    CsvImport(String name, CsvReader csv, Shape shape, RowSink sink, LongConsumer positions) {
        this.name = name;
        this.csv = csv;
        this.shape = shape;
        this.sink = sink;
        this.positions = positions;
        this.times = new TimeParser(Math.max(1, shape.unitNanos()));
    }

    void run() throws IOException {
        if (!csv.next()) {
            return;
        }
        List<String> cells = cells();
        boolean named = isName(shape.timeColumn()) || isName(shape.valueColumn());
        timeField = field(shape.timeColumn(), cells, TIME_HEADINGS, 0);
        valueField = field(shape.valueColumn(), cells, VALUE_HEADINGS, timeField == 0 ? 1 : 0);
        if (!named && !isHeading()) {
            checkUnit();
            take();
        } else if (csv.next()) {
            checkUnit();
            take();
        }
        for (long rows = 1; csv.next(); rows++) {
            take();
            if (rows % ROWS_PER_REPORT == 0) {
                positions.accept(csv.position());
            }
        }
    }

    private void take() throws IOException {
        if (csv.fault() != null) {
            sink.bad(csv.line(), csv.fault());
            return;
        }
        int fields = csv.fieldCount();
        if (timeField >= fields || valueField >= fields) {
            sink.bad(
                    csv.line(),
                    "has "
                            + fields
                            + (fields == 1 ? " column" : " columns")
                            + ", column "
                            + (Math.max(timeField, valueField) + 1)
                            + " is wanted");
            return;
        }
        byte[] bytes = csv.buffer();
        long time = times.parse(bytes, csv.from(timeField), csv.until(timeField));
        if (time == TimeParser.MALFORMED) {
            sink.bad(csv.line(), "'" + excerpt(timeField) + "' is not a time");
            return;
        }
        double value = NumberParser.parse(bytes, csv.from(valueField), csv.until(valueField));
        if (Double.isNaN(value)) {
            sink.bad(csv.line(), badValue());
        } else if (time == TimeParser.OUT_OF_RANGE) {
            sink.bad(csv.line(), "time '" + excerpt(timeField) + "' is outside the legal times");
        } else {
            sink.accept(csv.line(), time, value);
        }
    }

    private String badValue() {
        String text = excerpt(valueField);
        return text.isBlank()
                ? "the value is empty"
                : text.equalsIgnoreCase("nan") ? "value NaN is not finite" : "'" + text + "' is not a number";
    }

    /// A first row whose cells are neither a time nor a number is the headings.
    private boolean isHeading() {
        if (csv.fault() != null || Math.max(timeField, valueField) >= csv.fieldCount()) {
            return false;
        }
        byte[] bytes = csv.buffer();
        return times.parse(bytes, csv.from(timeField), csv.until(timeField)) == TimeParser.MALFORMED
                && Double.isNaN(NumberParser.parse(bytes, csv.from(valueField), csv.until(valueField)))
                && csv.until(timeField) > csv.from(timeField);
    }

    /// Seconds taken for nanoseconds would land in 1970 without a word.
    private void checkUnit() {
        if (shape.unitNanos() != 0 || csv.fault() != null || timeField >= csv.fieldCount()) {
            return;
        }
        byte[] bytes = csv.buffer();
        int from = csv.from(timeField);
        int until = csv.until(timeField);
        long time = times.parse(bytes, from, until);
        boolean isSmall = time > -DOUBTFUL_NANOS && time < DOUBTFUL_NANOS;
        if (TimeParser.isNumber(bytes, from, until) && isSmall && time != 0) {
            throw new Refused(
                    ErrorCode.INVALID_TIME,
                    name
                            + ":"
                            + csv.line()
                            + ": time "
                            + excerpt(timeField)
                            + " as nanoseconds is "
                            + TimeText.format(time)
                            + "; say what it counts with --time-unit s, ms, us or ns");
        }
    }

    private int field(String column, List<String> headings, Set<String> usual, int otherwise) {
        if (column == null) {
            for (int i = 0; i < headings.size(); i++) {
                if (usual.contains(headings.get(i).strip().toLowerCase(Locale.ROOT))) {
                    return i;
                }
            }
            return otherwise;
        }
        if (!isName(column)) {
            return Integer.parseInt(column) - 1;
        }
        int found = headings.indexOf(column);
        if (found < 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " has no column '" + column + "'; its columns are " + String.join(", ", headings));
        }
        return found;
    }

    /// True for a heading, false for a number from 1 and for null.
    static boolean isName(String column) {
        return column != null && !column.matches("[1-9][0-9]{0,4}");
    }

    private List<String> cells() {
        List<String> cells = new ArrayList<>();
        for (int i = 0; csv.fault() == null && i < csv.fieldCount(); i++) {
            cells.add(csv.text(i));
        }
        return cells;
    }

    private String excerpt(int field) {
        String text = csv.text(field).replaceAll("\\p{Cntrl}", "?");
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
