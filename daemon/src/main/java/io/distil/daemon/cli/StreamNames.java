package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What people call streams: `COLLECTION/NAME`, split at the last slash, or a UUID.
final class StreamNames {
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

    /// How many names are looked through for one that was meant.
    private static final int NEIGHBOURS_MAX = 1000;

    private static final int SUGGESTIONS_MAX = 3;

    private StreamNames() {}

    /// A name taken apart.
    record Path(String collection, String name) {
        /// @throws Refused if it has no slash
        static Path parse(String text) {
            int slash = text.lastIndexOf('/');
            if (slash < 1 || slash == text.length() - 1) {
                throw new Refused(ErrorCode.INVALID_ARGUMENT, "'" + text + "' is neither COLLECTION/NAME nor a UUID");
            }
            return new Path(text.substring(0, slash), text.substring(slash + 1));
        }
    }

    /// @throws Refused `NO_SUCH_STREAM`, with what may have been meant; `INVALID_ARGUMENT` if the name fits several
    static StreamInfo resolve(StreamStore store, String text) throws IOException {
        if (UUID.matcher(text).matches()) {
            return store.info(StreamId.parse(text));
        }
        Path path = Path.parse(text);
        List<StreamInfo> found = find(store, StreamFilter.ofName(path.collection(), path.name()), 2);
        if (found.isEmpty()) {
            throw new Refused(ErrorCode.NO_SUCH_STREAM, "there is no stream " + text + meant(store, text, path));
        }
        if (found.size() > 1) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "several streams are called "
                            + text
                            + "; name one by its UUID ('distil stream ls "
                            + path.collection()
                            + "' shows them)");
        }
        return found.getFirst();
    }

    static List<StreamInfo> find(StreamStore store, StreamFilter filter, int countMax) throws IOException {
        List<StreamInfo> found = new ArrayList<>();
        try (StreamCursor cursor = store.find(filter)) {
            List<StreamInfo> page = cursor.next(countMax);
            while (!page.isEmpty() && found.size() < countMax) {
                found.addAll(page);
                page = cursor.next(countMax);
            }
        }
        return found;
    }

    private static String meant(StreamStore store, String text, Path path) throws IOException {
        int distanceMax = Math.max(2, text.length() / 4);
        List<StreamInfo> neighbours =
                find(store, new StreamFilter(path.collection(), false, Map.of(), Map.of()), NEIGHBOURS_MAX);
        if (neighbours.isEmpty()) {
            neighbours = find(store, StreamFilter.ALL, NEIGHBOURS_MAX);
        }
        List<String> near =
                neighbours.stream()
                        .map(s -> s.descriptor().path())
                        .filter(p -> distance(p, text) <= distanceMax)
                        .sorted(Comparator.comparingInt(p -> distance(p, text)))
                        .limit(SUGGESTIONS_MAX)
                        .toList();
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /// How many characters must be added, dropped or changed to make one text of the other (Levenshtein 1966, by rows as
    /// in Wagner and Fischer 1974).
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
