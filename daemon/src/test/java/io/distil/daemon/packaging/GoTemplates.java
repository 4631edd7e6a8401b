package io.distil.daemon.packaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// As much of Go's templates and Helm's functions as our chart uses, so that it can be rendered where there is no helm. What
/// it does not know it refuses, so that a chart which renders here uses nothing else.
final class GoTemplates {
    private static final Pattern ACTION = Pattern.compile("\\{\\{(-\\s)?\\s*(.*?)\\s*(\\s-)?}}", Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[|()]|[^\\s|()]+");
    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .build();

    private final Map<String, List<Part>> definitions = new HashMap<>();
    private final Map<String, Object> root;

    /// A text, or what stands between braces.
    private record Part(String text, boolean isAction) {}

    GoTemplates(Map<String, Object> root) {
        this.root = root;
    }

    /// Renders a file; what it defines is known to those after it.
    String render(String file) {
        return render(parts(file));
    }

    private static List<Part> parts(String file) {
        List<Part> parts = new ArrayList<>();
        Matcher action = ACTION.matcher(file);
        int done = 0;
        boolean trimNext = false;
        while (action.find()) {
            String text = file.substring(done, action.start());
            text = trimNext ? text.stripLeading() : text;
            parts.add(new Part(action.group(1) == null ? text : text.stripTrailing(), false));
            parts.add(new Part(action.group(2), true));
            trimNext = action.group(3) != null;
            done = action.end();
        }
        String rest = file.substring(done);
        parts.add(new Part(trimNext ? rest.stripLeading() : rest, false));
        return parts;
    }

    private String render(List<Part> parts) {
        StringBuilder out = new StringBuilder();
        Deque<Boolean> shown = new ArrayDeque<>(List.of(true));
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            String[] words = part.text().split("\\s+", 2);
            boolean isShown = !shown.contains(false);
            if (!part.isAction()) {
                out.append(isShown ? part.text() : "");
            } else if (words[0].equals("define")) {
                int end = endOf(parts, i);
                definitions.put(unquoted(words[1]), parts.subList(i + 1, end));
                i = end;
            } else if (words[0].equals("if")) {
                shown.push(isTrue(pipeline(words[1])));
            } else if (words[0].equals("else") && words.length == 1) {
                shown.push(!shown.pop());
            } else if (words[0].equals("end")) {
                shown.pop();
            } else if (isShown && !words[0].startsWith("/*")) {
                out.append(pipeline(part.text()));
            }
        }
        return out.toString();
    }

    private static int endOf(List<Part> parts, int begin) {
        int depth = 1;
        for (int i = begin + 1; ; i++) {
            String text = parts.get(i).isAction() ? parts.get(i).text() : "";
            depth += text.matches("(if|define)\\b.*") ? 1 : text.equals("end") ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
    }

    private Object pipeline(String text) {
        Deque<String> tokens = new ArrayDeque<>();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            tokens.add(token.group());
        }
        Object value = pipeline(tokens);
        if (!tokens.isEmpty()) {
            throw new IllegalArgumentException("cannot read '" + text + "' from '" + tokens.peek() + "' on");
        }
        return value;
    }

    private Object pipeline(Deque<String> tokens) {
        Object value = null;
        boolean isFirst = true;
        while (!tokens.isEmpty() && !tokens.peek().equals(")")) {
            List<Object> words = new ArrayList<>();
            String function = tokens.peek().matches("[a-zA-Z]\\w*") ? tokens.poll() : null;
            while (!tokens.isEmpty() && !tokens.peek().matches("[|)]")) {
                words.add(operand(tokens));
            }
            if (!isFirst) {
                words.add(value);
            }
            isFirst = false;
            value = function == null ? words.getFirst() : call(function, words);
            if (!tokens.isEmpty() && tokens.peek().equals("|")) {
                tokens.poll();
            }
        }
        return value;
    }

    private Object operand(Deque<String> tokens) {
        String token = tokens.poll();
        if (token.equals("(")) {
            Object value = pipeline(tokens);
            tokens.poll();
            return value;
        }
        if (token.startsWith("\"")) {
            return unquoted(token);
        }
        if (token.matches("\\d+")) {
            return Integer.parseInt(token);
        }
        if (token.equals(".")) {
            return root;
        }
        if (!token.startsWith(".")) {
            throw new IllegalArgumentException("'" + token + "' is nothing this renderer knows");
        }
        Object value = root;
        for (String name : token.substring(1).split("\\.")) {
            if (!(value instanceof Map<?, ?> map) || !map.containsKey(name)) {
                throw new IllegalArgumentException("there is no " + token);
            }
            value = map.get(name);
        }
        return value;
    }

    private Object call(String function, List<Object> words) {
        Object last = words.getLast();
        return switch (function) {
            case "include" -> render(definitions.get((String) words.getFirst()));
            case "printf" -> ((String) words.getFirst()).formatted(words.subList(1, words.size()).toArray());
            case "quote" -> "\"" + last + "\"";
            case "default" -> isTrue(last) ? last : words.getFirst();
            case "trunc" ->
                    ((String) last).substring(0, Math.min((Integer) words.getFirst(), ((String) last).length()));
            case "trimSuffix" -> ((String) last).replaceFirst(Pattern.quote((String) words.getFirst()) + "$", "");
            case "toYaml" -> yaml(last);
            case "nindent" -> "\n" + ((String) last).indent((Integer) words.getFirst()).stripTrailing();
            case "sha256sum" -> sha256((String) last);
            default -> throw new IllegalArgumentException("'" + function + "' is no function this renderer knows");
        };
    }

    private static boolean isTrue(Object value) {
        return value != null && !value.equals(false) && !value.equals("") && !value.equals(0);
    }

    private static String unquoted(String token) {
        return token.substring(1, token.length() - 1).replace("\\\"", "\"");
    }

    private static String yaml(Object value) {
        try {
            return YAML.writeValueAsString(value).stripTrailing();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
