package pond.server.cli.files;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import pond.common.json.Json;

/**
 * Reads a definition in JSON or YAML. Of YAML it takes what JSON can say: no aliases, so that a small file cannot stand for
 * a huge one, no merge keys, no second document. What is wrong is said by line and column and never quoted, since bodies
 * may have secrets.
 */
public final class DefinitionFile {
    /** As much as the server takes. */
    private static final int MAX_BYTES = 8 * 1024 * 1024;

    private static final int MAX_NESTING = 64;

    private final String name;
    private final boolean yaml;

    /**
     * A file that is to be read.
     *
     * @param name a path, or - for standard input
     * @param yaml it is YAML whatever its name says
     */
    public DefinitionFile(String name, boolean yaml) {
        String lower = name.toLowerCase(Locale.ROOT);
        this.name = name;
        this.yaml = yaml || lower.endsWith(".yaml") || lower.endsWith(".yml");
    }

    /**
     * Reads it whole.
     *
     * @param stdin is read, and closed, when the name is -
     * @throws UnusableFile when it is too large, nested too deeply, or not what its name says
     */
    public JsonNode read(InputStream stdin) throws IOException {
        byte[] bytes = bytes(stdin);
        try {
            return yaml ? fromYaml(bytes) : Json.strict().readTree(bytes);
        } catch (StreamConstraintsException e) {
            throw new UnusableFile(name + " is nested deeper than " + MAX_NESTING + " levels", e);
        } catch (JsonProcessingException e) {
            throw new UnusableFile(name + " is not " + (yaml ? "YAML" : "JSON") + ": " + place(e) + reason(e), e);
        }
    }

    private byte[] bytes(InputStream stdin) throws IOException {
        try (InputStream in = name.equals("-") ? stdin : Files.newInputStream(Path.of(name))) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new UnusableFile(
                        name + " is larger than " + MAX_BYTES + " bytes, which is more than a server takes");
            }
            return bytes;
        }
    }

    private JsonNode fromYaml(byte[] bytes) throws IOException {
        YAMLFactory factory = factory();
        try (YAMLParser parser = factory.createParser(bytes)) {
            // A tree would have the name of the alias where it stands, which is worse than none.
            while (parser.nextToken() != null) {
                if (parser.isCurrentAlias()) {
                    throw new UnusableFile(name + " has an alias, which is not taken here: "
                            + place(parser.currentTokenLocation()) + "; write out what it stands for");
                }
            }
        }
        try (YAMLParser parser = factory.createParser(bytes)) {
            return Json.strict().readTree(parser);
        }
    }

    private static YAMLFactory factory() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        return YAMLFactory.builder()
                .loaderOptions(options)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_NESTING)
                        .build())
                // Of the words yes, no, on and off, and of nothing at all, YAML 1.2 makes what people mean.
                .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
                .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    /** The scanner of YAML knows better than the parser above it, which has not come as far. */
    private static String place(JsonProcessingException e) {
        Mark mark = e.getCause() instanceof MarkedYAMLException scanner ? scanner.getProblemMark() : null;
        return mark == null
                ? place(e.getLocation())
                : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
    }

    private static String place(JsonLocation at) {
        return "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** The one message that quotes no more than a key. */
    private static String reason(JsonProcessingException e) {
        String message = String.valueOf(e.getOriginalMessage());
        return message.startsWith("Duplicate field") ? ": a field is there twice" : "";
    }
}
