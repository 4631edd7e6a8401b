package io.distil.distillates;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.StoredRecord;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The two records of a distillate as bytes: JSON, so that any tool can show them. The fields are listed in
/// `docs/formats/distillate.md`; a change of meaning raises {@link #FORMAT}.
final class RecordCodec {
    static final int FORMAT = 1;

    /// Ranges that a record may list: some 40 KiB. A cursor with more closes its narrowest gaps when it is written,
    /// which costs a run that is killed some work twice and never loses any.
    static final int PENDING_COUNT_MAX = 1024;

    private static final int ERROR_LENGTH_MAX = 4096;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordCodec() {}

    /// What stays in the place of the cursor of a removed distillate: were the record removed, revisions would start
    /// again at 1, and a runner still holding an old cursor could mistake a new distillate of the same name for its
    /// own.
    static byte[] tombstone() {
        return SpecCodec.toBytes(JSON.createObjectNode().put("format", FORMAT).put("removed", true));
    }

    static byte[] encode(Cursor cursor) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("specRevision", cursor.specRevision());
        root.put("algorithmVersion", cursor.algorithmVersion());
        ArrayNode inputs = root.putArray("inputs");
        for (Cursor.Seen seen : cursor.seen()) {
            inputs.addObject()
                    .put("stream", seen.stream().toString())
                    .put("major", seen.version().major())
                    .put("minor", seen.version().minor());
        }
        ArrayNode outputs = root.putArray("outputs");
        cursor.outputs().forEach(output -> outputs.add(output.toString()));
        ArrayNode pending = root.putArray("pending");
        for (TimeRange range : TimeRange.coarsen(cursor.pending(), PENDING_COUNT_MAX)) {
            pending.addArray().add(range.from()).add(range.until());
        }
        root.put("ranAt", cursor.ranAtNanos());
        Cursor.Failure failure = cursor.failure();
        if (failure.count() > 0) {
            String error = failure.error();
            root.putObject("failure")
                    .put("error", error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)))
                    .put("count", failure.count())
                    .put("at", failure.atNanos());
        }
        return SpecCodec.toBytes(root);
    }

    static Cursor decode(StoredRecord record) throws IOException {
        JsonNode root = tree(record);
        try {
            List<Cursor.Seen> seen = new ArrayList<>();
            for (JsonNode input : root.required("inputs")) {
                seen.add(
                        new Cursor.Seen(
                                StreamId.parse(input.required("stream").textValue()),
                                new Version(number(input, "major"), number(input, "minor"))));
            }
            List<StreamId> outputs = new ArrayList<>();
            for (JsonNode output : root.required("outputs")) {
                outputs.add(StreamId.parse(output.textValue()));
            }
            List<TimeRange> pending = new ArrayList<>();
            for (JsonNode range : root.required("pending")) {
                pending.add(new TimeRange(range.required(0).longValue(), range.required(1).longValue()));
            }
            JsonNode failure = root.get("failure");
            return new Cursor(
                    number(root, "specRevision"),
                    (int) number(root, "algorithmVersion"),
                    seen,
                    outputs,
                    pending,
                    number(root, "ranAt"),
                    failure == null
                            ? Cursor.Failure.NONE
                            : new Cursor.Failure(
                                    failure.required("error").textValue(),
                                    (int) number(failure, "count"),
                                    number(failure, "at")));
        } catch (IllegalArgumentException | NullPointerException | Refused e) {
            throw new CorruptBlock("record " + record.key() + ": " + e.getMessage(), e);
        }
    }

    static byte[] encode(DistillateSpec spec) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.set("spec", SpecCodec.toJson(spec));
        return SpecCodec.toBytes(root);
    }

    static DistillateSpec decodeSpec(StoredRecord record) throws IOException {
        try {
            return SpecCodec.read(tree(record).required("spec").toString());
        } catch (IllegalArgumentException | Refused e) {
            throw new CorruptBlock("record " + record.key() + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode tree(StoredRecord record) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(record.value());
        } catch (IOException e) {
            throw new CorruptBlock("record " + record.key() + " is not JSON: " + e.getMessage(), e);
        }
        long format = root.path("format").asLong(0);
        if (format > FORMAT) {
            throw new Refused(
                    ErrorCode.FORMAT_TOO_NEW,
                    "record " + record.key() + " has format " + format + "; this Distil knows up to " + FORMAT);
        } else if (format != FORMAT) {
            throw new CorruptBlock("record " + record.key() + " has no format number");
        }
        return root;
    }

    private static long number(JsonNode node, String field) {
        JsonNode value = node.required(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException(field + " is '" + value + "', not a whole number");
        }
        return value.longValue();
    }
}
