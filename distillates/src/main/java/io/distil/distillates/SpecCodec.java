package io.distil.distillates;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A {@link DistillateSpec} as text: YAML (of which JSON is a part) in, JSON out.
///
/// The tree is walked by hand rather than bound to the record, because the refusal must name the field as the writer of
/// the file knows it: `outputs[1].collection: missing`.
public final class SpecCodec {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML =
            YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final Set<String> FIELDS =
            Set.of(
                    "name",
                    "algorithm",
                    "algorithmVersion",
                    "inputs",
                    "outputs",
                    "parameters",
                    "leadNanos",
                    "trailingNanos");
    private static final Set<String> OUTPUT_FIELDS = Set.of("output", "collection", "name");

    private SpecCodec() {}

    /// Reads one specification, YAML or JSON.
    ///
    /// @throws Refused `INVALID_ARGUMENT`, naming the field
    public static DistillateSpec read(String text) {
        JsonNode root;
        try {
            root = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "not YAML: " + e.getOriginalMessage(), e);
        }
        if (root == null || !root.isObject()) {
            throw refused("the file", "not a mapping of fields");
        }
        refuseUnknown("", root, FIELDS);
        return new DistillateSpec(
                text(root, "", "name"),
                text(root, "", "algorithm"),
                algorithmVersion(root),
                inputs(root),
                outputs(root),
                parameters(root),
                nanos(root, "leadNanos"),
                nanos(root, "trailingNanos"));
    }

    /// The specification as JSON; {@link #read} gives the same one back.
    public static ObjectNode toJson(DistillateSpec spec) {
        ObjectNode root = JSON.createObjectNode();
        root.put("name", spec.name());
        root.put("algorithm", spec.algorithm());
        if (spec.algorithmVersion() != DistillateSpec.ANY_VERSION) {
            root.put("algorithmVersion", spec.algorithmVersion());
        }
        ArrayNode inputs = root.putArray("inputs");
        spec.inputs().forEach(inputs::add);
        ArrayNode outputs = root.putArray("outputs");
        for (DistillateSpec.Output output : spec.outputs()) {
            outputs.addObject()
                    .put("output", output.output())
                    .put("collection", output.collection())
                    .put("name", output.name());
        }
        root.set("parameters", JSON.valueToTree(spec.parameters()));
        if (spec.leadNanos() != DistillateSpec.BY_ALGORITHM) {
            root.put("leadNanos", spec.leadNanos());
        }
        if (spec.trailingNanos() != DistillateSpec.BY_ALGORITHM) {
            root.put("trailingNanos", spec.trailingNanos());
        }
        return root;
    }

    static byte[] toBytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new BrokenInvariant("a tree of JSON could not be written", e);
        }
    }

    private static int algorithmVersion(JsonNode root) {
        JsonNode node = root.get("algorithmVersion");
        if (node == null) {
            return DistillateSpec.ANY_VERSION;
        }
        if (!node.canConvertToInt() || !node.isIntegralNumber() || node.intValue() < 1) {
            throw refused("algorithmVersion", "'" + node.asText() + "' is not a positive whole number");
        }
        return node.intValue();
    }

    private static List<String> inputs(JsonNode root) {
        List<String> inputs = new ArrayList<>();
        for (JsonNode node : array(root, "inputs")) {
            if (!node.isTextual() || node.textValue().isEmpty()) {
                throw refused("inputs[" + inputs.size() + "]", "not a text such as COLLECTION/NAME or a UUID");
            }
            inputs.add(node.textValue());
        }
        return inputs;
    }

    private static List<DistillateSpec.Output> outputs(JsonNode root) {
        List<DistillateSpec.Output> outputs = new ArrayList<>();
        for (JsonNode node : array(root, "outputs")) {
            String field = "outputs[" + outputs.size() + "]";
            if (!node.isObject()) {
                throw refused(field, "not a mapping with the fields collection, name and output");
            }
            refuseUnknown(field + ".", node, OUTPUT_FIELDS);
            String name = text(node, field + ".", "name");
            String output = node.has("output") ? text(node, field + ".", "output") : name;
            outputs.add(new DistillateSpec.Output(output, text(node, field + ".", "collection"), name));
        }
        return outputs;
    }

    private static Map<String, Object> parameters(JsonNode root) {
        JsonNode node = root.get("parameters");
        Map<String, Object> parameters = new TreeMap<>();
        if (node == null || node.isNull()) {
            return parameters;
        }
        if (!node.isObject()) {
            throw refused("parameters", "not a mapping of names to values");
        }
        for (Iterator<Map.Entry<String, JsonNode>> i = node.fields(); i.hasNext(); ) {
            Map.Entry<String, JsonNode> entry = i.next();
            parameters.put(entry.getKey(), scalar("parameters." + entry.getKey(), entry.getValue()));
        }
        return parameters;
    }

    private static Object scalar(String field, JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        } else if (node.isBoolean()) {
            return node.booleanValue();
        } else if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        } else if (node.isNumber() && Double.isFinite(node.doubleValue())) {
            return node.doubleValue();
        }
        throw refused(field, "not a text, a finite number or a truth value");
    }

    private static long nanos(JsonNode root, String field) {
        JsonNode node = root.get(field);
        if (node == null) {
            return DistillateSpec.BY_ALGORITHM;
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return Widths.check(field, node.longValue());
        }
        if (node.isTextual()) {
            return Widths.parse(field, node.textValue());
        }
        throw refused(field, "'" + node.asText() + "' is neither whole nanoseconds nor a length such as 1h");
    }

    private static JsonNode array(JsonNode root, String field) {
        JsonNode node = root.get(field);
        if (node == null) {
            throw refused(field, "missing");
        }
        if (!node.isArray()) {
            throw refused(field, "not a list");
        }
        return node;
    }

    private static String text(JsonNode node, String prefix, String field) {
        JsonNode value = node.get(field);
        if (value == null) {
            throw refused(prefix + field, "missing");
        }
        if (!value.isTextual()) {
            throw refused(
                    prefix + field, "'" + value.asText() + "' is not a text; put it in quotes if it is meant as one");
        }
        return value.textValue();
    }

    private static void refuseUnknown(String prefix, JsonNode node, Set<String> known) {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw refused(prefix + name, "unknown; known are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    private static Refused refused(String field, String sentence) {
        return new Refused(ErrorCode.INVALID_ARGUMENT, field + ": " + sentence);
    }
}
