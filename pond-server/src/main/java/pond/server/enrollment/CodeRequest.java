package pond.server.enrollment;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.common.protocol.WorkerWords;
import pond.server.errors.PondException;

/**
 * The body of {@code POST /v1/admin/pool/enrollment-codes}.
 *
 * @param pool null when a tag names one already
 * @param fingerprint of the one machine that may use the code, null for any
 */
public record CodeRequest(
        List<String> tags,
        @Nullable String pool,
        Duration ttl,
        int maxUses,
        @Nullable String fingerprint) {
    private static final int MIN_TTL_SEC = 60;
    private static final int MAX_TTL_SEC = 30 * 24 * 3600;
    private static final int DEFAULT_TTL_SEC = 3600;
    private static final int MAX_USES = 1_000;
    /** Whoever enrols a machine of his own wants it to get the ordinary work, the untrusted profiles included. */
    private static final String DEFAULT_POOL = "trusted";

    private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9_-]{43}");

    public CodeRequest {
        tags = List.copyOf(tags);
    }

    /**
     * Reads a body.
     *
     * @throws PondException INVALID with everything that is wrong with it
     */
    public static CodeRequest read(JsonNode body) {
        Problems problems = new Problems();
        Optional<CodeRequest> request =
                Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID)).map(CodeRequest::read);
        if (request.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        return request.get();
    }

    private static CodeRequest read(Fields fields) {
        // One less than a worker may have: the pool is a tag as well.
        List<String> tags = fields.strings("tags", WorkerWords.MAX_WORDS - 1);
        for (int i = 0; i < tags.size(); i++) {
            if (!WorkerWords.isTag(tags.get(i))) {
                fields.report(
                        "tags[" + i + "]",
                        "must have 1 to 128 letters, digits and ._:/- and begin with a letter or digit;"
                                + " after pool: comes a pool's name, after tenant: a project id");
            }
        }
        boolean poolAmongTags = tags.stream().anyMatch(tag -> tag.startsWith("pool:"));
        Optional<String> pool = fields.string("pool");
        if (pool.isPresent() && !WorkerWords.isPool(pool.get())) {
            fields.report(
                    "pool", "must have 1 to 63 lower-case letters, digits and ._- and begin with a letter or digit");
        }
        int ttl = fields.integer("ttl_sec", MIN_TTL_SEC, MAX_TTL_SEC).orElse(DEFAULT_TTL_SEC);
        int maxUses = fields.integer("max_uses", 1, MAX_USES).orElse(1);
        Optional<String> fingerprint = fields.string("fingerprint");
        if (fingerprint.isPresent() && !FINGERPRINT.matcher(fingerprint.get()).matches()) {
            fields.report(
                    "fingerprint", "must be 'SHA256:' and 43 characters of url-safe base64, as the worker prints it");
        }
        fields.end();
        return new CodeRequest(
                tags.stream().distinct().toList(),
                pool.orElse(poolAmongTags ? null : DEFAULT_POOL),
                Duration.ofSeconds(ttl),
                maxUses,
                fingerprint.orElse(null));
    }
}
