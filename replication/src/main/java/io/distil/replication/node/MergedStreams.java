package io.distil.replication.node;

import io.distil.base.StreamId;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamInfo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/// Several groups' streams as one list, in the order of each; a stream that several have, because its times are split, once.
final class MergedStreams implements StreamCursor {
    private static final int PAGE_STREAMS = 256;
    private static final Comparator<StreamInfo> ORDER =
            Comparator.<StreamInfo, String>comparing(stream -> stream.descriptor().collection())
                    .thenComparing(MergedStreams::tags);

    private final List<StreamCursor> cursors;
    private final List<Deque<StreamInfo>> pages = new ArrayList<>();
    private StreamId last;

    MergedStreams(List<StreamCursor> cursors) {
        this.cursors = cursors;
        cursors.forEach(_ -> pages.add(new ArrayDeque<>()));
    }

    @Override
    public List<StreamInfo> next(int countMax) throws IOException {
        List<StreamInfo> merged = new ArrayList<>();
        while (merged.size() < countMax) {
            Deque<StreamInfo> least = null;
            for (int i = 0; i < cursors.size(); i++) {
                Deque<StreamInfo> page = pages.get(i);
                if (page.isEmpty()) {
                    page.addAll(cursors.get(i).next(PAGE_STREAMS));
                }
                if (!page.isEmpty() && (least == null || ORDER.compare(page.peek(), least.peek()) < 0)) {
                    least = page;
                }
            }
            if (least == null) {
                return merged;
            }
            StreamInfo next = least.poll();
            if (!next.descriptor().id().equals(last)) {
                last = next.descriptor().id();
                merged.add(next);
            }
        }
        return merged;
    }

    /// As the catalog orders them.
    private static String tags(StreamInfo stream) {
        StringBuilder text = new StringBuilder();
        stream.descriptor().tags().forEach((key, value) -> text.append(key).append('\0').append(value).append('\0'));
        return text.toString();
    }

    @Override
    public void close() {
        cursors.forEach(StreamCursor::close);
    }
}
