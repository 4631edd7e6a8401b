package io.distil.daemon.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.distil.daemon.server.ServerConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The Helm chart, rendered by {@link GoTemplates}: it is YAML, its parts find each other, and the daemon takes its settings.
/// That Kubernetes takes it as well is not shown here.
class ChartTest {
    private static final Path CHART = Path.of("../packaging/helm/distil");
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Map<String, JsonNode> objects = new LinkedHashMap<>();

    ChartTest() throws IOException {
        render(Map.of());
    }

    private String render(Map<String, Object> values) throws IOException {
        objects.clear();
        GoTemplates templates = new GoTemplates(root(values));
        templates.render(Files.readString(CHART.resolve("templates/_helpers.tpl")));
        StringBuilder all = new StringBuilder();
        for (Path file : templates()) {
            String rendered = templates.render(Files.readString(file));
            all.append(rendered);
            if (file.toString().endsWith(".yaml")) {
                try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(rendered)) {
                    documents.forEachRemaining(
                            object -> objects.put(object.at("/kind").asText() + "/" + name(object), object));
                }
            }
        }
        return all.toString();
    }

    private static List<Path> templates() throws IOException {
        try (Stream<Path> files = Files.list(CHART.resolve("templates"))) {
            return files.filter(file -> !file.endsWith("_helpers.tpl")).sorted().toList();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> root(Map<String, Object> overrides) throws IOException {
        Map<String, Object> values = YAML.readValue(CHART.resolve("values.yaml").toFile(), Map.class);
        values.putAll(overrides);
        Map<String, Object> chart = YAML.readValue(CHART.resolve("Chart.yaml").toFile(), Map.class);
        return Map.of(
                "Values",
                values,
                "Chart",
                Map.of(
                        "Name",
                        chart.get("name"),
                        "Version",
                        chart.get("version"),
                        "AppVersion",
                        chart.get("appVersion")),
                "Release",
                Map.of("Name", "plant", "Namespace", "grid", "Service", "Helm"));
    }

    private static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    private JsonNode nodes() {
        return objects.get("StatefulSet/plant-distil");
    }

    @Test
    void everyPartIsThereUnderItsName() {
        assertThat(objects)
                .containsOnlyKeys(
                        "ConfigMap/plant-distil",
                        "PodDisruptionBudget/plant-distil",
                        "Service/plant-distil",
                        "Service/plant-distil-nodes",
                        "ServiceAccount/plant-distil",
                        "StatefulSet/plant-distil");
        assertThat(objects.values())
                .allSatisfy(object -> {
                    assertThat(object.at("/apiVersion").asText()).isIn("v1", "apps/v1", "policy/v1");
                    assertThat(object.at("/metadata/labels/app.kubernetes.io~1instance").asText()).isEqualTo("plant");
                });
    }

    @Test
    void everySelectorSelectsThePods() {
        JsonNode labels = nodes().at("/spec/template/metadata/labels");
        for (String selector :
                List.of(
                        "StatefulSet/plant-distil#/spec/selector/matchLabels",
                        "Service/plant-distil#/spec/selector",
                        "Service/plant-distil-nodes#/spec/selector",
                        "PodDisruptionBudget/plant-distil#/spec/selector/matchLabels")) {
            JsonNode wanted = objects.get(selector.split("#")[0]).at(selector.split("#")[1]);
            assertThat(wanted.size()).as(selector).isPositive();
            wanted.fields()
                    .forEachRemaining(
                            label -> assertThat(labels.get(label.getKey())).as(selector).isEqualTo(label.getValue()));
        }
    }

    @Test
    void portsMountsAndClaimsHaveCounterparts() {
        JsonNode container = nodes().at("/spec/template/spec/containers/0");
        List<String> ports = container.at("/ports").findValuesAsText("name");
        for (String service : List.of("Service/plant-distil", "Service/plant-distil-nodes")) {
            assertThat(ports).containsAll(objects.get(service).at("/spec/ports").findValuesAsText("targetPort"));
        }
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(container.at("/" + probe + "/httpGet/port").asText()).isIn(ports);
        }
        assertThat(container.at("/volumeMounts").findValuesAsText("name"))
                .containsExactlyInAnyOrder("data", "settings", "tmp");
        assertThat(nodes().at("/spec/volumeClaimTemplates/0/metadata/name").asText()).isEqualTo("data");
        assertThat(nodes().at("/spec/serviceName").asText()).isEqualTo("plant-distil-nodes");
        assertThat(objects.get("Service/plant-distil-nodes").at("/spec/clusterIP").asText()).isEqualTo("None");
    }

    @Test
    void theDaemonTakesTheSettings(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("distil.yaml");
        Files.writeString(file, objects.get("ConfigMap/plant-distil").at("/data/distil.yaml").asText());
        assertThat(ServerConfig.read(file).cacheMiB()).isEqualTo(512);
    }

    @Test
    void onlyTheVeryFirstInstallationLetsANodeFoundACluster() throws IOException {
        String command = "/spec/template/spec/containers/0/command/2";
        assertThat(nodes().at(command).asText()).contains("--join \"$DOMAIN:7700\"").doesNotContain("join=()");
        String all = render(Map.of("bootstrap", true));
        assertThat(nodes().at(command).asText()).contains("[[ $POD == *-0 ]] && join=()");
        assertThat(all).contains("Node 0 was told to found the cluster");
    }

    @Test
    void whatIsEmptyLeavesNoEmptyFields() throws IOException {
        assertThat(nodes().at("/spec/volumeClaimTemplates/0/spec").has("storageClassName")).isFalse();
        render(Map.of("storage", Map.of("size", "1Gi", "className", "local")));
        assertThat(nodes().at("/spec/volumeClaimTemplates/0/spec/storageClassName").asText()).isEqualTo("local");
    }
}
