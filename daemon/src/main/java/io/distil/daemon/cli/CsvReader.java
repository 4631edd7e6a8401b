package io.distil.daemon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Splits comma-separated text (RFC 4180) into fields without making a string of any: a row is offsets into a buffer.
///
/// Fields may be quoted, with `""` for a quote inside and line breaks kept. Rows end with LF, CR LF or the end of the
/// input; empty lines are skipped; a byte-order mark at the beginning is dropped. One owner thread.
final class CsvReader implements AutoCloseable {
    /// A longer row is taken for a missing quote.
    static final int ROW_BYTES_MAX = 1 << 20;

    private static final int BUFFER_BYTES = 1 << 18;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final byte separator;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int end;
    private int at;
    private boolean atEnd;
    private boolean started;
    private long bytesBefore;

    private int[] froms = new int[16];
    private int[] untils = new int[16];
    private int fieldCount;
    private long rowLine;
    private long nextLine = 1;
    private String fault;

    CsvReader(InputStream in, char separator) {
        this.in = in;
        this.separator = (byte) separator;
    }

    /// Moves to the next row.
    ///
    /// @return false at the end
    boolean next() throws IOException {
        if (!started) {
            started = true;
            skipByteOrderMark();
        }
        while (true) {
            if (at == end && !fill()) {
                return false;
            }
            int start = at;
            long startLine = nextLine;
            while (!scan()) {
                nextLine = startLine;
                at = start;
                if (!atEnd) {
                    fill();
                    start = at;
                }
            }
            rowLine = startLine;
            if (fault != null || fieldCount > 1 || untils[0] > froms[0]) {
                return true;
            }
        }
    }

    /// The line the row begins on, from 1.
    long line() {
        return rowLine;
    }

    int fieldCount() {
        return fieldCount;
    }

    /// Why the row cannot be read, or null: its fields then mean nothing.
    String fault() {
        return fault;
    }

    /// Where the fields are; valid until the next row.
    byte[] buffer() {
        return buffer;
    }

    int from(int field) {
        return froms[field];
    }

    int until(int field) {
        return untils[field];
    }

    String text(int field) {
        return new String(buffer, froms[field], untils[field] - froms[field], StandardCharsets.UTF_8);
    }

    /// Bytes of the input that lie before the next row.
    long position() {
        return bytesBefore + at;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /// Reads one row at `at`.
    ///
    /// @return false if the buffer ended first; nothing was consumed then, except that quotes may have been closed up
    private boolean scan() {
        fieldCount = 0;
        fault = null;
        int fieldFrom = at;
        for (int i = at; i < end; i++) {
            byte b = buffer[i];
            if (b == separator) {
                addField(fieldFrom, i);
                fieldFrom = i + 1;
            } else if (b == '\n') {
                addField(fieldFrom, i > fieldFrom && buffer[i - 1] == '\r' ? i - 1 : i);
                at = i + 1;
                nextLine++;
                return true;
            } else if (b == '"' && i == fieldFrom) {
                return scanQuoted();
            }
        }
        if (end - at > ROW_BYTES_MAX) {
            return giveUp("is longer than " + ROW_BYTES_MAX + " bytes");
        }
        if (!atEnd) {
            return false;
        }
        addField(fieldFrom, end);
        at = end;
        return true;
    }

    /// Reads a row that has a quoted field: first finds its end, then takes it apart in place.
    private boolean scanQuoted() {
        int rowEnd = at;
        boolean inside = false;
        byte before = separator;
        long lines = 0;
        while (rowEnd < end && (inside || buffer[rowEnd] != '\n')) {
            byte b = buffer[rowEnd++];
            // Only the first character of a field opens a quote; one right after a closing quote was a doubled one.
            if (b == '"' && (inside || before == separator || before == '"')) {
                inside = !inside;
            }
            lines += b == '\n' ? 1 : 0;
            before = b;
        }
        if (rowEnd == end) {
            if (rowEnd - at > ROW_BYTES_MAX || atEnd && inside) {
                return giveUp("has a quote that is not closed");
            }
            if (!atEnd) {
                return false;
            }
        }
        int textEnd = rowEnd > at && buffer[rowEnd - 1] == '\r' ? rowEnd - 1 : rowEnd;
        fieldCount = 0;
        int from = at;
        while (from <= textEnd) {
            from = takeField(from, textEnd) + 1;
        }
        at = Math.min(end, rowEnd + 1);
        nextLine += lines + 1;
        return true;
    }

    /// Takes the field at `from`.
    ///
    /// @return where its separator is, or the row's end
    private int takeField(int from, int textEnd) {
        if (from == textEnd || buffer[from] != '"') {
            int until = from;
            while (until < textEnd && buffer[until] != separator) {
                until++;
            }
            addField(from, until);
            return until;
        }
        int to = from;
        int i = from + 1;
        while (i < textEnd && (buffer[i] != '"' || i + 1 < textEnd && buffer[i + 1] == '"')) {
            i += buffer[i] == '"' ? 1 : 0;
            buffer[to++] = buffer[i++];
        }
        addField(from, to);
        i++;
        if (i < textEnd && buffer[i] != separator) {
            fault = "has text after the closing quote of column " + fieldCount;
        }
        while (i < textEnd && buffer[i] != separator) {
            i++;
        }
        return i;
    }

    /// Marks the row as unreadable and goes on after the end of its first line.
    private boolean giveUp(String why) {
        fault = why;
        while (at < end && buffer[at] != '\n') {
            at++;
        }
        at = Math.min(end, at + 1);
        nextLine++;
        return true;
    }

    private void addField(int from, int until) {
        if (fieldCount == froms.length) {
            froms = Arrays.copyOf(froms, 2 * fieldCount);
            untils = Arrays.copyOf(untils, 2 * fieldCount);
        }
        froms[fieldCount] = from;
        untils[fieldCount] = until;
        fieldCount++;
    }

    /// Moves what is left to the front of the buffer, grows it if that is all of it, and reads on.
    ///
    /// @return whether there is anything to read
    private boolean fill() throws IOException {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        bytesBefore += at;
        end -= at;
        at = 0;
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int read = in.read(buffer, end, buffer.length - end);
        if (read < 0) {
            atEnd = true;
        } else {
            end += read;
        }
        return end > 0;
    }

    private void skipByteOrderMark() throws IOException {
        while (end < BYTE_ORDER_MARK.length && !atEnd) {
            fill();
        }
        if (end >= BYTE_ORDER_MARK.length && Arrays.equals(buffer, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, 3)) {
            at = BYTE_ORDER_MARK.length;
        }
    }
}
