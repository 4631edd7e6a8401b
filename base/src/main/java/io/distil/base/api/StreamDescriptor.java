package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What is known of a stream besides its points.
///
/// @param collection a path-like text, 1..255 bytes of UTF-8, no NUL
/// @param tags name it within the collection: the pair (collection, tags) belongs to one stream; keys match
///     `[a-z][a-z0-9_.]*` and have at most 63 bytes, values 1..255 bytes, no NUL; at most 32 tags. The tag `name` is the
///     stream's name in `COLLECTION/NAME`.
/// @param annotations what people say about it: same keys, values of at most 64 KiB; at most 64
/// @param propertyVersion 1 at creation, one more at each change of annotations
public record StreamDescriptor(
        StreamId id,
        String collection,
        Map<String, String> tags,
        Map<String, String> annotations,
        long propertyVersion) {
    /// The tag that names a stream within its collection for people.
    public static final String NAME_TAG = "name";

    public static final int COLLECTION_BYTES_MAX = 255;
    public static final int KEY_BYTES_MAX = 63;
    public static final int TAG_VALUE_BYTES_MAX = 255;
    public static final int ANNOTATION_VALUE_BYTES_MAX = 64 << 10;
    public static final int TAG_COUNT_MAX = 32;
    public static final int ANNOTATION_COUNT_MAX = 64;
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9_.]*");

    public StreamDescriptor {
        checkText(ErrorCode.INVALID_COLLECTION, "collection", collection, 1, COLLECTION_BYTES_MAX);
        tags = sorted(tags);
        annotations = sorted(annotations);
        checkCount(ErrorCode.INVALID_TAG, "tags", tags.size(), TAG_COUNT_MAX);
        checkCount(ErrorCode.INVALID_ANNOTATION, "annotations", annotations.size(), ANNOTATION_COUNT_MAX);
        tags.forEach((key, value) -> {
            checkKey(ErrorCode.INVALID_TAG, "tag", key);
            checkText(ErrorCode.INVALID_TAG, "tag " + key, value, 1, TAG_VALUE_BYTES_MAX);
        });
        annotations.forEach(StreamDescriptor::checkAnnotation);
    }

    /// The tag `name`, or empty text.
    public String name() {
        return tags.getOrDefault(NAME_TAG, "");
    }

    /// `COLLECTION/NAME` where the stream has a name, else its UUID.
    public String path() {
        return name().isEmpty() ? id.toString() : collection + "/" + name();
    }

    public static void checkAnnotation(String key, String value) {
        checkKey(ErrorCode.INVALID_ANNOTATION, "annotation", key);
        checkText(ErrorCode.INVALID_ANNOTATION, "annotation " + key, value, 0, ANNOTATION_VALUE_BYTES_MAX);
    }

    private static void checkKey(ErrorCode code, String what, String key) {
        if (key.length() > KEY_BYTES_MAX || !KEY.matcher(key).matches()) {
            throw new Refused(
                    code,
                    what
                            + " key '"
                            + key
                            + "' is not 1.."
                            + KEY_BYTES_MAX
                            + " characters of a-z, 0-9, '_' and '.', starting with a letter");
        }
    }

    private static void checkText(ErrorCode code, String what, String text, int bytesMin, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < bytesMin || bytes > bytesMax) {
            throw new Refused(code, what + " has " + bytes + " bytes; " + bytesMin + ".." + bytesMax + " are taken");
        }
        if (text.indexOf('\0') >= 0) {
            throw new Refused(code, what + " contains a NUL character");
        }
    }

    private static void checkCount(ErrorCode code, String what, int count, int countMax) {
        if (count > countMax) {
            throw new Refused(code, count + " " + what + "; at most " + countMax + " are taken");
        }
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
