package io.distil.daemon.table;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// How the bytes of keys and values are written, where they are typed and where they are shown.
///
/// | form | typed | shown to people |
/// |---|---|---|
/// | `text` | the text itself, in UTF-8; a backslash is a backslash | as `escaped` |
/// | `escaped` | `\xHH` is a byte, `\\` a backslash, all else itself, in UTF-8 | printable characters as themselves, `\\` for a backslash, `\xHH` for each byte of all else |
/// | `hex` | two digits a byte | lower-case digits |
/// | `base64` | of RFC 4648, padding optional | with padding |
///
/// What `escaped` shows can be typed again as `escaped`, and gives the same bytes.
public enum ByteText {
    TEXT,
    ESCAPED,
    HEX,
    BASE64;

    /// What a decoder puts where it found no character: the bytes that were typed are lost then.
    private static final char UNDECODABLE = '\ufffd';

    /// @throws IllegalArgumentException with a sentence
    public byte[] parse(String typed) {
        return switch (this) {
            case TEXT -> utf8(typed);
            case ESCAPED -> unescape(typed);
            case HEX -> {
                try {
                    yield HexFormat.of().parseHex(typed);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("'" + typed + "' is not hexadecimal, two digits a byte", e);
                }
            }
            case BASE64 -> {
                try {
                    yield Base64.getDecoder().decode(typed);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("'" + typed + "' is not base64", e);
                }
            }
        };
    }

    public String format(byte[] bytes) {
        return switch (this) {
            case TEXT, ESCAPED -> escape(bytes);
            case HEX -> HexFormat.of().formatHex(bytes);
            case BASE64 -> Base64.getEncoder().encodeToString(bytes);
        };
    }

    /// The bytes as the text they are, or empty if they are not UTF-8.
    static Optional<String> decode(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static byte[] utf8(String typed) {
        if (typed.indexOf(UNDECODABLE) >= 0) {
            throw new IllegalArgumentException(
                    "'"
                            + typed
                            + "' has bytes that are no text here; type it with --as hex or escaped, or under LC_ALL=C.UTF-8");
        }
        return typed.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] unescape(String typed) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(typed.length());
        int done = 0;
        for (int slash = typed.indexOf('\\'); slash >= 0; slash = typed.indexOf('\\', done)) {
            bytes.writeBytes(utf8(typed.substring(done, slash)));
            if (typed.startsWith("\\\\", slash)) {
                bytes.write('\\');
                done = slash + 2;
            } else if (typed.startsWith("\\x", slash) && isHex(typed, slash + 2)) {
                bytes.write(HexFormat.fromHexDigits(typed, slash + 2, slash + 4));
                done = slash + 4;
            } else {
                throw new IllegalArgumentException("'" + typed + "' has a backslash before neither \\ nor xHH");
            }
        }
        bytes.writeBytes(utf8(typed.substring(done)));
        return bytes.toByteArray();
    }

    private static boolean isHex(String text, int from) {
        return from + 2 <= text.length()
                && HexFormat.isHexDigit(text.charAt(from))
                && HexFormat.isHexDigit(text.charAt(from + 1));
    }

    private static String escape(byte[] bytes) {
        StringBuilder shown = new StringBuilder(bytes.length);
        int i = 0;
        while (i < bytes.length) {
            int length = Math.min(sequenceBytes(bytes[i]), bytes.length - i);
            String character = decode(Arrays.copyOfRange(bytes, i, i + length)).orElse("");
            if (character.equals("\\")) {
                shown.append("\\\\");
            } else if (!character.isEmpty() && isPrintable(character.codePointAt(0))) {
                shown.append(character);
            } else {
                // Of a sequence that is no character, only the first byte: the next may begin one.
                length = character.isEmpty() ? 1 : length;
                for (int j = i; j < i + length; j++) {
                    shown.append("\\x").append(HexFormat.of().toHexDigits(bytes[j]));
                }
            }
            i += length;
        }
        return shown.toString();
    }

    /// How many bytes the UTF-8 character has that begins so; 1 for what begins none.
    private static int sequenceBytes(byte first) {
        int ones = Integer.numberOfLeadingZeros(~(first << 24));
        return ones >= 2 && ones <= 4 ? ones : 1;
    }

    /// What a terminal shows as a character of its own; marks that turn the direction of writing are not among them.
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> codePoint == ' ' || !Character.isSpaceChar(codePoint);
        };
    }
}
