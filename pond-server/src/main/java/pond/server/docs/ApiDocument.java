package pond.server.docs;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;

/**
 * The OpenAPI 3.1 document of the whole API, written by hand in {@code openapi.yaml} and read once, when somebody asks for
 * it first. Safe for use by several threads.
 */
public final class ApiDocument {
    private static final String FILE = "/openapi.yaml";

    private volatile @Nullable JsonNode tree;

    /** The document; not to be changed. */
    public JsonNode tree() {
        JsonNode known = tree;
        if (known == null) {
            known = read();
            tree = known;
        }
        return known;
    }

    /** The document as text. */
    public String json() {
        return Json.write(tree());
    }

    private static JsonNode read() {
        YAMLMapper yaml = YAMLMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (InputStream in = ApiDocument.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new FileNotFoundException(FILE + " is missing in the jar");
            }
            return yaml.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
