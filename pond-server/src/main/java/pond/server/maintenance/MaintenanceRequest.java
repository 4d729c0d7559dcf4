package pond.server.maintenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.server.errors.PondException;

/**
 * The body of {@code POST /v1/admin/maintenance}.
 *
 * @param reason null for none
 */
record MaintenanceRequest(boolean enabled, @Nullable String reason) {
    private static final int MAX_REASON = 200;

    /**
     * Reads a body.
     *
     * @throws PondException INVALID with everything that is wrong with it
     */
    static MaintenanceRequest read(JsonNode body) {
        Problems problems = new Problems();
        Optional<MaintenanceRequest> request =
                Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID)).flatMap(MaintenanceRequest::read);
        if (request.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        return request.get();
    }

    private static Optional<MaintenanceRequest> read(Fields fields) {
        if (fields.value("enabled").isEmpty()) {
            fields.report("enabled", "is required");
        }
        Optional<Boolean> enabled = fields.bool("enabled");
        Optional<String> reason = fields.string("reason");
        if (reason.isPresent() && !isGood(reason.get())) {
            fields.report("reason", "must have 1 to " + MAX_REASON + " printable characters");
        }
        if (reason.isPresent() && enabled.isPresent() && !enabled.get()) {
            fields.report("reason", "goes with enabled true; leave it out");
        }
        fields.end();
        return enabled.map(on -> new MaintenanceRequest(on, reason.orElse(null)));
    }

    private static boolean isGood(String reason) {
        return !reason.isBlank()
                && reason.length() <= MAX_REASON
                && reason.codePoints()
                        .noneMatch(one -> Character.isISOControl(one) || Character.getType(one) == Character.SURROGATE);
    }
}
