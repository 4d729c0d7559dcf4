package pond.server.auth;

import java.util.Optional;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.auth.Principal.Project;
import pond.server.auth.Principal.Service;
import pond.server.errors.PondException;

/** What a principal may see. */
public final class Access {
    private final RunAccess runs;

    public Access(RunAccess runs) {
        this.runs = runs;
    }

    /**
     * The project of a run that this principal may see.
     *
     * @throws PondException NOT_FOUND when there is no such run, and just the same when it is another project's
     */
    public ProjectId projectOf(Principal principal, RunId run) {
        return runs.projectOf(run)
                .filter(project -> sees(principal, project))
                .orElseThrow(() -> PondException.notFound("run"));
    }

    /**
     * The project that a body or a query is about: a key's own, or the one that the service asks for, which may be none.
     *
     * @throws PondException FORBIDDEN when a key asks for another project
     */
    public static Optional<ProjectId> project(Principal principal, Optional<ProjectId> asked) {
        if (asked.isPresent() && !sees(principal, asked.get())) {
            throw Authenticator.forbidden();
        }
        return principal instanceof Project own ? Optional.of(own.id()) : asked;
    }

    private static boolean sees(Principal principal, ProjectId project) {
        if (principal instanceof Service) {
            return true;
        }
        return principal instanceof Project own && own.id().equals(project);
    }
}
