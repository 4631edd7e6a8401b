package io.distil.storage.codec;

/// How many bits the encodings take that time series databases usually have for doubles: each value XORed with the one
/// before. Only counted, not written.
final class XorSizes {
    /// Chimp keeps leading zeros as one of these.
    private static final int[] CHIMP_LEADING = {0, 8, 12, 16, 18, 20, 22, 24};

    private static final int CHIMP_TRAILING_MIN = 7;
    private static final int GORILLA_LEADING_MAX = 31;

    private XorSizes() {}

    /// Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database" (VLDB 2015), section 4.1.2.
    static long gorillaBits(double[] values, int from, int until) {
        long bits = Long.SIZE;
        int leading = Long.SIZE;
        int trailing = Long.SIZE;
        for (int i = from + 1; i < until; i++) {
            long xor = Double.doubleToRawLongBits(values[i]) ^ Double.doubleToRawLongBits(values[i - 1]);
            int ownLeading = Math.min(GORILLA_LEADING_MAX, Long.numberOfLeadingZeros(xor));
            int ownTrailing = Long.numberOfTrailingZeros(xor);
            if (xor == 0) {
                bits += 1;
            } else if (leading + trailing < Long.SIZE && ownLeading >= leading && ownTrailing >= trailing) {
                bits += 2 + Long.SIZE - leading - trailing;
            } else {
                leading = ownLeading;
                trailing = ownTrailing;
                bits += 2 + 5 + 6 + Long.SIZE - leading - trailing;
            }
        }
        return bits;
    }

    /// Liakos, Papakonstantinopoulou and Kotidis, "Chimp: Efficient Lossless Floating Point Compression for Time Series
    /// Databases" (VLDB 2022), section 3: the form that looks at one earlier value.
    static long chimpBits(double[] values, int from, int until) {
        long bits = Long.SIZE;
        int leading = -1;
        for (int i = from + 1; i < until; i++) {
            long xor = Double.doubleToRawLongBits(values[i]) ^ Double.doubleToRawLongBits(values[i - 1]);
            int ownLeading = roundedDown(Long.numberOfLeadingZeros(xor));
            int ownTrailing = Long.numberOfTrailingZeros(xor);
            if (xor == 0) {
                bits += 2;
                leading = -1;
            } else if (ownTrailing >= CHIMP_TRAILING_MIN) {
                bits += 2 + 3 + 6 + Long.SIZE - ownLeading - ownTrailing;
                leading = -1;
            } else if (ownLeading == leading) {
                bits += 2 + Long.SIZE - leading;
            } else {
                leading = ownLeading;
                bits += 2 + 3 + Long.SIZE - leading;
            }
        }
        return bits;
    }

    private static int roundedDown(int leading) {
        int best = 0;
        for (int step : CHIMP_LEADING) {
            best = step <= leading ? step : best;
        }
        return best;
    }
}
