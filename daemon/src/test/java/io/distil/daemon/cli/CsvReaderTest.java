package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class CsvReaderTest {
    private static final long SEED = Long.getLong("distil.seed", System.nanoTime());

    @Test
    void whatWasWrittenWithQuotesIsReadBack() throws IOException {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            List<List<String>> rows = rows(random);
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
            for (int i = 0; i < rows.size(); i++) {
                text.append(String.join(",", rows.get(i).stream().map(cell -> quoted(cell, random)).toList()));
                boolean isLast = i == rows.size() - 1;
                text.append(isLast && random.nextBoolean() ? "" : random.nextBoolean() ? "\n" : "\r\n");
            }
            assertThat(read(trickle(text.toString(), random))).as("seed %d, round %d", SEED, round).isEqualTo(rows);
        }
    }

    private static List<List<String>> rows(Random random) {
        String alphabet = "ab,\"\n\r é1;";
        List<List<String>> rows = new ArrayList<>();
        int rowCount = 1 + random.nextInt(20);
        int columnCount = 2 + random.nextInt(4);
        for (int i = 0; i < rowCount; i++) {
            List<String> row = new ArrayList<>();
            for (int j = 0; j < columnCount; j++) {
                StringBuilder cell = new StringBuilder();
                for (int k = random.nextInt(6); k > 0; k--) {
                    cell.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                row.add(cell.toString());
            }
            rows.add(row);
        }
        return rows;
    }

    private static String quoted(String cell, Random random) {
        boolean mustQuote = cell.chars().anyMatch(c -> ",\"\n\r".indexOf(c) >= 0);
        return mustQuote || random.nextInt(4) == 0 ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }

    /// Hands out a few bytes at a time, so that rows are cut anywhere.
    private static InputStream trickle(String text, Random random) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(7)));
            }
        };
    }

    @Test
    void linesAreCountedAcrossQuotedBreaksAndEmptyLines() throws IOException {
        List<Long> lines = new ArrayList<>();
        try (CsvReader csv = reader("a,b\n\n\"x\ny\",1\r\n\r\nc,d")) {
            while (csv.next()) {
                lines.add(csv.line());
            }
        }
        assertThat(lines).containsExactly(1L, 3L, 6L);
    }

    @Test
    void rowsLongerThanTheBufferAreRead() throws IOException {
        String wide = "x".repeat(CsvReader.ROW_BYTES_MAX - 10);
        assertThat(read(stream("a," + wide + "\nb,c\n"))).containsExactly(List.of("a", wide), List.of("b", "c"));
    }

    @Test
    void aQuoteThatIsNeverClosedIsAFaultAndTheNextLineIsReadAgain() throws IOException {
        List<String> found = new ArrayList<>();
        try (CsvReader csv = reader("a,b\n\"open,1\nc,d\n")) {
            while (csv.next()) {
                found.add(csv.line() + ": " + (csv.fault() == null ? csv.text(0) : csv.fault()));
            }
        }
        assertThat(found).containsExactly("1: a", "2: has a quote that is not closed", "3: c");
    }

    @Test
    void aQuoteInTheMiddleOfAFieldIsAnOrdinaryCharacter() throws IOException {
        assertThat(read(stream("5\" pipe,\"a,b\"\n6\" pipe,c\n")))
                .containsExactly(List.of("5\" pipe", "a,b"), List.of("6\" pipe", "c"));
    }

    @Test
    void nothingAtAllHasNoRows() throws IOException {
        assertThat(read(stream(""))).isEmpty();
        assertThat(read(stream("\n\r\n\n"))).isEmpty();
        assertThat(read(stream("\uFEFF"))).isEmpty();
    }

    private static CsvReader reader(String text) {
        return new CsvReader(stream(text), ',');
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<List<String>> read(InputStream in) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        try (CsvReader csv = new CsvReader(in, ',')) {
            while (csv.next()) {
                assertThat(csv.fault()).isNull();
                List<String> row = new ArrayList<>();
                for (int i = 0; i < csv.fieldCount(); i++) {
                    row.add(csv.text(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
