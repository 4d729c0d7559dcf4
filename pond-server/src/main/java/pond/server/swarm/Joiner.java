package pond.server.swarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import pond.common.definition.ExecutorSpec.Swarm.Parse;
import pond.common.definition.ParseShape;
import pond.common.ids.ArtifactName;
import pond.common.json.Json;
import pond.server.artifacts.Artifact;
import pond.server.artifacts.ArtifactService;
import pond.server.artifacts.Digest;
import pond.server.artifacts.Producer;
import pond.server.db.Tx;

/**
 * Makes the results of areas one artifact of their stage, each with its area. It runs inside the transaction in which the
 * last area ends, and so holds the writer, and the results in memory, for as long as reading, parsing and writing take: a
 * bound keeps that short.
 */
public final class Joiner {
    /** About a second's work for the writer. */
    private static final long MAX_BYTES = 32L << 20;

    private static final ObjectReader READER =
            Json.lenient().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final ArtifactService artifacts;

    public Joiner(ArtifactService artifacts) {
        this.artifacts = artifacts;
    }

    /**
     * Joins the artifacts {@code parse.output} of some areas, in their order.
     *
     * @param stage whose areas they are; its substage is null
     * @throws FanOutException artifact_missing, result_unparsable or join_too_large, naming the area or the bound
     */
    public void join(Tx tx, Producer stage, Parse parse, List<Substage> done, long maxBytes) {
        ArtifactName name = new ArtifactName(parse.output());
        long bound = Math.min(maxBytes, MAX_BYTES);
        Map<String, Digest> results = artifacts.visibleTo(tx, stage.run(), List.of(stage.stage())).stream()
                .filter(artifact -> artifact.name().equals(name) && artifact.substage() != null)
                .collect(Collectors.toMap(artifact -> Objects.requireNonNull(artifact.substage()), Artifact::digest));
        for (Substage area : done) {
            if (!results.containsKey(area.key())) {
                throw new FanOutException(
                        "artifact_missing", "area '" + area.key() + "' is done, and has no artifact '" + name + "'");
            }
        }
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (int i = 0; i < done.size(); i++) {
            String key = done.get(i).key();
            Digest digest = Objects.requireNonNull(results.get(key));
            require(name, joined.size() + digest.size(), bound);
            byte[] result = read(digest);
            joined.writeBytes(
                    parse.shape() == ParseShape.JSONL ? lines(name, key, result) : value(name, key, result, i));
            require(name, joined.size(), bound);
        }
        if (parse.shape() == ParseShape.JSON) {
            joined.writeBytes("]\n".getBytes(StandardCharsets.UTF_8));
        }
        artifacts.add(tx, stage, name, artifacts.keep(new ByteArrayInputStream(joined.toByteArray()), maxBytes));
    }

    private static void require(ArtifactName name, long bytes, long bound) {
        // Two are for the bracket and the line feed at the end of a list.
        if (bytes + 2 > bound) {
            throw new FanOutException(
                    "join_too_large",
                    "the results of all areas, joined as '" + name + "', have more than " + bound + " bytes");
        }
    }

    private byte[] read(Digest digest) {
        FileChannel file = artifacts
                .open(digest.sha256())
                .orElseThrow(() -> new IllegalStateException("the bytes of " + digest.sha256() + " are gone"));
        try (InputStream in = Channels.newInputStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] lines(ArtifactName name, String area, byte[] records) {
        StringBuilder joined = new StringBuilder();
        int number = 0;
        for (String line : new String(records, StandardCharsets.UTF_8).split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                JsonNode given = parse(name, area, line, number);
                ObjectNode record = JsonNodeFactory.instance.objectNode().put("area", area);
                if (given.isObject()) {
                    record.setAll((ObjectNode) given);
                    record.put("area", area);
                } else {
                    record.set("value", given);
                }
                joined.append(Json.write(record)).append('\n');
            }
        }
        return joined.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(ArtifactName name, String area, byte[] result, int index) {
        ObjectNode item = JsonNodeFactory.instance.objectNode().put("area", area);
        item.set("value", parse(name, area, new String(result, StandardCharsets.UTF_8), 1));
        return ((index == 0 ? "[" : ",\n") + Json.write(item)).getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode parse(ArtifactName name, String area, String text, int line) {
        try {
            return READER.readTree(text);
        } catch (JsonProcessingException e) {
            int at = e.getLocation() == null ? 0 : e.getLocation().getLineNr() - 1;
            throw new FanOutException(
                    "result_unparsable",
                    "artifact '" + name + "' of area '" + area + "' is not JSON at line " + (line + at));
        }
    }
}
