package io.distil.wire.client;

import io.distil.base.StreamId;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamInfo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// The streams that several nodes found, each once, in the order of (collection, tags). One owner thread.
final class MergedStreams implements StreamCursor {
    private static final int PAGE_COUNT = 64;
    private static final Comparator<StreamInfo> ORDER =
            Comparator.comparing((StreamInfo info) -> info.descriptor().collection())
                    .thenComparing(MergedStreams::tags);

    /// As the stores order them: keys ascending, each with its value.
    private static String tags(StreamInfo info) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(info.descriptor().tags())
                .forEach((key, value) -> text.append(key).append('\0').append(value).append('\0'));
        return text.toString();
    }

    private static final class Source {
        private final StreamCursor cursor;
        private final ArrayDeque<StreamInfo> page = new ArrayDeque<>();

        private Source(StreamCursor cursor) {
            this.cursor = cursor;
        }

        private StreamInfo peek() throws IOException {
            if (page.isEmpty()) {
                page.addAll(cursor.next(PAGE_COUNT));
            }
            return page.peek();
        }
    }

    private final List<Source> sources = new ArrayList<>();

    /// Those of the present (collection, tags): whoever comes next is compared with them alone.
    private final Set<StreamId> given = new HashSet<>();

    private StreamInfo last;

    MergedStreams(List<StreamCursor> cursors) {
        cursors.forEach(cursor -> sources.add(new Source(cursor)));
    }

    @Override
    public List<StreamInfo> next(int countMax) throws IOException {
        List<StreamInfo> page = new ArrayList<>();
        while (page.size() < countMax) {
            Source least = null;
            for (Source source : sources) {
                if (source.peek() != null && (least == null || ORDER.compare(source.peek(), least.peek()) < 0)) {
                    least = source;
                }
            }
            if (least == null) {
                break;
            }
            StreamInfo info = least.page.poll();
            if (last == null || ORDER.compare(last, info) != 0) {
                given.clear();
                last = info;
            }
            if (given.add(info.descriptor().id())) {
                page.add(info);
            }
        }
        return page;
    }

    @Override
    public void close() {
        sources.forEach(source -> source.cursor.close());
    }
}
