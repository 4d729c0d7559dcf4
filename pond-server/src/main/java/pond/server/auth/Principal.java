package pond.server.auth;

import java.util.UUID;
import pond.common.ids.ProjectId;

/** Whoever a token stands for. */
public sealed interface Principal {
    /** The first party: every project, given with each request. */
    record Service() implements Principal {}

    /** The holder of a project key: that project and no other. */
    record Project(ProjectId id, UUID keyId) implements Principal {}
}
