package pond.server.swarm;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import pond.common.json.Json;

/**
 * The areas that an artifact names: {@code {"areas": [{"key"?, "title", "globs"?, "why"?}]}} or the bare list. An agent may
 * have written it, so it is read as what a stranger sends; members that pond does not know are left alone.
 *
 * @param leftOut keys of the areas past the first {@code maxAreas}
 */
public record AreaList(List<Area> areas, List<String> leftOut) {
    /** A list that is longer is no list of areas. */
    public static final int MAX_BYTES = 1 << 20;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final int MAX_TITLE = 512;
    private static final int MAX_WHY = 16 * 1024;
    private static final int MAX_GLOBS = 1_000;
    private static final int MAX_GLOB = 1_024;

    public AreaList {
        areas = List.copyOf(areas);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Reads an artifact.
     *
     * @param name of the artifact, for messages
     * @throws FanOutException areas_invalid, with the place in the artifact
     */
    public static AreaList read(String name, byte[] json, int maxAreas) {
        JsonNode root = tree(name, json);
        JsonNode list = root.isObject() ? root.path("areas") : root;
        if (!list.isArray()) {
            throw invalid(name, "must be a list of areas, or an object with such a list in 'areas'");
        }
        if (list.isEmpty()) {
            throw invalid(name, "lists no areas");
        }
        List<Area> areas = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < list.size(); i++) {
            Area area = area(name, list.get(i), i);
            Integer earlier = places.putIfAbsent(area.key(), i);
            if (earlier != null) {
                throw invalid(
                        name, "gives areas[" + earlier + "] and areas[" + i + "] the same key '" + area.key() + "'");
            }
            areas.add(area);
        }
        int taken = Math.min(maxAreas, areas.size());
        return new AreaList(
                areas.subList(0, taken),
                areas.subList(taken, areas.size()).stream().map(Area::key).toList());
    }

    private static JsonNode tree(String name, byte[] json) {
        try {
            return Json.strict().readTree(json);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw invalid(name, "is not JSON" + place);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Area area(String name, JsonNode node, int index) {
        String place = "areas[" + index + "]";
        if (!node.isObject()) {
            throw invalid(name, "has something other than an object in " + place);
        }
        String key = node.hasNonNull("key") ? text(name, node, place, "key", 64) : String.valueOf(index);
        if (!KEY.matcher(key).matches()) {
            throw invalid(
                    name,
                    "has a key in " + place
                            + " that is not a letter or digit and up to 63 letters, digits, '_' or '-'");
        }
        String title = text(name, node, place, "title", MAX_TITLE);
        if (title.isBlank()) {
            throw invalid(name, "has no title in " + place);
        }
        String why = node.hasNonNull("why") ? text(name, node, place, "why", MAX_WHY) : "";
        return new Area(key, title, globs(name, node.path("globs"), place), why);
    }

    private static List<String> globs(String name, JsonNode node, String place) {
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isArray() || node.size() > MAX_GLOBS) {
            throw invalid(name, "must have a list of at most " + MAX_GLOBS + " texts in " + place + ".globs");
        }
        List<String> globs = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            JsonNode glob = node.get(i);
            if (!glob.isTextual() || glob.textValue().length() > MAX_GLOB) {
                throw invalid(
                        name,
                        "must have a text of at most " + MAX_GLOB + " characters in " + place + ".globs[" + i + "]");
            }
            globs.add(glob.textValue());
        }
        return globs;
    }

    private static String text(String name, JsonNode node, String place, String field, int max) {
        JsonNode value = node.path(field);
        if (!value.isTextual() || value.textValue().length() > max) {
            throw invalid(name, "must have a text of at most " + max + " characters in " + place + "." + field);
        }
        return value.textValue();
    }

    private static FanOutException invalid(String name, String message) {
        return FanOutException.invalid("artifact '" + name + "' " + message);
    }
}
