package pond.server.auth;

import java.util.Set;
import java.util.UUID;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;

/** Whoever a token stands for. */
public sealed interface Principal {
    /** The first party: every project, given with each request. */
    record Service() implements Principal {}

    /** The holder of a project key: that project and no other. */
    record Project(ProjectId id, UUID keyId) implements Principal {}

    /**
     * An operator whom the Auth0 tenant vouches for: keys and administration, no runs.
     *
     * @param subject the tenant's id for that person or program, 1 to 255 visible ASCII characters
     */
    record Admin(String subject) implements Principal {}

    /**
     * A machine that has enrolled.
     *
     * @param tags what its enrolment grants
     */
    record Worker(WorkerId identity, Set<String> tags) implements Principal {
        public Worker {
            tags = Set.copyOf(tags);
        }
    }

    /** The holder of an enrolment code: may exchange it, and nothing else. */
    record Enrollment(UUID codeId) implements Principal {}
}
