package pond.server.keys;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.server.errors.PondException;

/**
 * What a key is to be; also the body of {@code POST /v1/keys}.
 *
 * @param name null for none
 * @param expiresAt null for never
 */
record KeyRequest(
        ProjectId projectId,
        @Nullable String name,
        @Nullable Instant expiresAt) {
    private static final int MAX_NAME = 128;
    /** Later years have five digits, which RFC 3339 does not know. */
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

    /**
     * Reads a body.
     *
     * @throws PondException INVALID with everything that is wrong with it
     */
    static KeyRequest read(JsonNode body, Instant now) {
        Problems problems = new Problems();
        Optional<KeyRequest> request =
                Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID)).flatMap(fields -> read(fields, now));
        if (request.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        return request.get();
    }

    private static Optional<KeyRequest> read(Fields fields, Instant now) {
        Optional<String> given = fields.requiredString("projectId");
        Optional<ProjectId> project = given.flatMap(ProjectId::parse);
        if (given.isPresent() && project.isEmpty()) {
            fields.report("projectId", "must have 1 to 128 printable characters");
        }
        Optional<String> name = fields.string("name");
        Optional<Instant> expiresAt = fields.string("expiresAt").flatMap(text -> time(fields, text));
        fields.end();
        // Whatever is wrong with the project, the other two are looked at as well.
        KeyRequest request = new KeyRequest(
                project.orElseGet(() -> new ProjectId("unknown")), name.orElse(null), expiresAt.orElse(null));
        request.nameProblem().ifPresent(problem -> fields.report("name", problem));
        request.expiryProblem(now).ifPresent(problem -> fields.report("expiresAt", problem));
        return project.map(id -> request);
    }

    private static Optional<Instant> time(Fields fields, String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS));
        } catch (DateTimeException e) {
            fields.report("expiresAt", "must be a time such as 2030-01-31T00:00:00Z");
            return Optional.empty();
        }
    }

    Optional<String> nameProblem() {
        boolean good = name == null
                || (!name.isBlank()
                        && name.length() <= MAX_NAME
                        && name.codePoints().allMatch(KeyRequest::isPrintable));
        return good ? Optional.empty() : Optional.of("must have 1 to " + MAX_NAME + " printable characters");
    }

    Optional<String> expiryProblem(Instant now) {
        if (expiresAt == null || (expiresAt.isAfter(now) && !expiresAt.isAfter(END_OF_TIME))) {
            return Optional.empty();
        }
        return Optional.of(
                expiresAt.isAfter(now) ? "must be a time before the year 10000" : "must be a time that is still ahead");
    }

    private static boolean isPrintable(int codePoint) {
        return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
    }
}
