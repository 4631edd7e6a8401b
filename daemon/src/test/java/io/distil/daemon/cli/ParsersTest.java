package io.distil.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;

/// The readers of numbers, times and widths, against the JDK's.
class ParsersTest {
    private static final long SEED = Long.getLong("distil.seed", System.nanoTime());
    private static final int ROUNDS = 200_000;

    @Test
    void everyNumberIsReadToTheBitAsTheJdkReadsIt() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            String text = number(random);
            double wanted = Double.parseDouble(text);
            assertThat(Double.doubleToRawLongBits(number(text)))
                    .as("seed %d, text '%s'", SEED, text)
                    .isEqualTo(Double.doubleToRawLongBits(wanted));
        }
    }

    private static String number(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> Double.toString(Double.longBitsToDouble(random.nextLong() & ~(1L << 62)));
            case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 2 -> (random.nextBoolean() ? "-" : "+") + random.nextInt(100_000) + "." + random.nextInt(1_000_000);
            case 3 -> random.nextInt(1000) + "e" + (random.nextInt(40) - 20);
            default -> "0." + "0".repeat(random.nextInt(12)) + Math.abs(random.nextLong());
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-", ".", "1f", "1d", "0x1p3", "1,5", "NaN", "1e", "--1", "1 2", "٣"})
    void whatIsNoNumberIsNaN(String text) {
        assertThat(number(text)).isNaN();
    }

    @Test
    void spacesAndInfinitiesAreRead() {
        assertThat(number("  -1.5 ")).isEqualTo(-1.5);
        assertThat(number("inf")).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(number("-Infinity")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(number("1e999")).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(1 / number("-0")).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void everyIsoTimeIsReadAsTheJdkReadsIt() {
        Random random = new Random(SEED);
        TimeParser parser = new TimeParser(1);
        for (int i = 0; i < ROUNDS; i++) {
            long nanos = random.nextLong() >> 2;
            Instant instant = Instant.ofEpochSecond(0, nanos);
            ZoneOffset zone = ZoneOffset.ofTotalSeconds((random.nextInt(36 * 60) - 18 * 60) * 60);
            OffsetDateTime local = instant.atOffset(zone);
            String text = random.nextBoolean() ? instant.toString() : local.toString();
            assertThat(time(parser, random.nextBoolean() ? text : text.replace('T', ' ')))
                    .as("seed %d, text '%s'", SEED, text)
                    .isEqualTo(nanos);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2015-09-01 13:45:00, 1441115100000000000",
        "2015-09-01 13:45:00 UTC, 1441115100000000000",
        "2015-09-01T13:45, 1441115100000000000",
        "2015-09-01T15:45:00+02, 1441115100000000000",
        "2015-09-01T15:45:00+0200, 1441115100000000000",
        "2015-09-01t13:45:00.5z, 1441115100500000000",
        "2015-09-01T13:45:00.1234567899, 1441115100123456789",
        "2015-09-01, 1441065600000000000",
        "1441115100000000000, 1441115100000000000",
        "-5, -5",
        "2016-12-31T23:59:60Z, 1483228800000000000",
    })
    void theFormsPeopleWriteAreRead(String text, long nanos) {
        assertThat(time(new TimeParser(1), text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "2015-02-29",
                "2015-13-01",
                "2015-00-10",
                "2015-09-01T24:00",
                "2015-09-01T13:60",
                "2015-09-01T13",
                "2015-09-01T13:45:61",
                "2015-09-01T13:45:00.",
                "2015-09-01T13:45:00Q",
                "2015-09-01T13:45:00+2",
                "2015-09-01x",
                "2015-9-1",
                "12:00",
                "1.",
                "1.5.2",
                "1e9",
                "-",
                "2015-09-01T13:45:00+02:00Z"
            })
    void whatIsNoTimeIsMalformed(String text) {
        assertThat(time(new TimeParser(1), text)).isEqualTo(TimeParser.MALFORMED);
    }

    @Test
    void numbersCountTheUnitThatWasSaid() {
        assertThat(time(new TimeParser(1_000_000_000L), "1441115100")).isEqualTo(1441115100000000000L);
        assertThat(time(new TimeParser(1_000_000_000L), "1441115100.000000001")).isEqualTo(1441115100000000001L);
        assertThat(time(new TimeParser(1_000_000L), "-1.5")).isEqualTo(-1_500_000L);
        assertThat(time(new TimeParser(1_000L), "7")).isEqualTo(7_000L);
        assertThat(time(new TimeParser(1_000_000_000L), "99999999999999")).isEqualTo(TimeParser.OUT_OF_RANGE);
        assertThat(time(new TimeParser(1), "99999999999999999999999")).isEqualTo(TimeParser.OUT_OF_RANGE);
        assertThat(time(new TimeParser(1), "9999-01-01")).isEqualTo(TimeParser.OUT_OF_RANGE);
    }

    @ParameterizedTest
    @CsvSource({"now, 0", "-1h, -3600000000000", "now-1h, -3600000000000", "+250ms, 250000000", "now+2^3s, "})
    void timesMayBeRelativeToNow(String text, Long offset) {
        long now = CommandRunner.NOW_NANOS;
        if (offset == null) {
            assertThatThrownBy(() -> TimeText.parse(text, now)).isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(TimeText.parse(text, now)).isEqualTo(now + offset);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1d, 86400000000000, 47",
        "1h, 3600000000000, 42",
        "5m, 300000000000, 39",
        "90s, 90000000000, 37",
        "250ms, 250000000, 28",
        "100us, 100000, 17",
        "5ns, 5, 3",
        "1, 1, 0",
        "0, 0, 0",
        "2^38, 274877906944, 38",
        "2^0, 1, 0",
        "2^62, 4611686018427387904, 62",
    })
    void widthsAreReadAndRoundedUpToPowersOfTwo(String text, long nanos, int exponent) {
        WidthText width = WidthText.parse(text);
        assertThat(width.nanos()).isEqualTo(nanos);
        assertThat(width.exponentAtLeast()).isEqualTo(exponent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "h", "1x", "1.5h", "-1h", "2^", "2^x", "2^1000", "10000000000d", "99999999999999999999"})
    void whatIsNoWidthIsRefusedInASentence(String text) {
        assertThatThrownBy(() -> WidthText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is ");
    }

    @ParameterizedTest
    @CsvSource({"3600000000000, 1h", "90000000000, 90s", "250000000, 250ms", "86400000000000, 1d", "7, 7ns", "0, 0ns"})
    void widthsAreWrittenInTheLargestUnitThatDividesThem(long nanos, String text) {
        assertThat(WidthText.format(nanos)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:7701, localhost, 7701",
        "node-3, node-3, 7700",
        "[::1]:80, ::1, 80",
        "[::1], ::1, 7700",
        "::1, ::1, 7700",
    })
    void serverAddressesAreRead(String text, String host, int port) {
        assertThat(ServerAddress.parse(text)).isEqualTo(new ServerAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", ":80", "a:0", "a:65536", "a:b", "a:", "[]:1"})
    void whatIsNoServerAddressIsRefused(String text) {
        assertThatThrownBy(() -> ServerAddress.parse(text)).hasMessage("'" + text + "' is not HOST:PORT");
    }

    @ParameterizedTest
    @CsvSource({
        "3.06, 3.06, 3.06",
        "-0.0, -0, 0",
        "1e300, 1e300, 1e300",
        "123456789.125, 123456789.125, 123457000",
        "0.00001234567, 0.00001234567, 0.0000123457",
        "1e-7, 1e-7, 1e-7",
        "0.1, 0.1, 0.1",
    })
    void numbersAreShownExactlyOrInSixDigits(double value, String exact, String rounded) {
        assertThat(NumberText.exact(value)).isEqualTo(exact);
        assertThat(NumberText.sixDigits(value)).isEqualTo(rounded);
    }

    @Test
    void theLastDayBeforeALeapDayIsTheOneTheCalendarSays() {
        TimeParser parser = new TimeParser(1);
        for (LocalDate day = LocalDate.of(1940, 1, 1); day.getYear() < 2070; day = day.plusDays(1)) {
            assertThat(time(parser, day.toString())).isEqualTo(day.toEpochDay() * 86_400_000_000_000L);
        }
    }

    private static double number(String text) {
        byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        return NumberParser.parse(bytes, 1, bytes.length - 1);
    }

    private static long time(TimeParser parser, String text) {
        byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        return parser.parse(bytes, 1, bytes.length - 1);
    }
}
