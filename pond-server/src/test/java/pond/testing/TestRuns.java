package pond.testing;

import io.javalin.config.RoutesConfig;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;

/** Runs and whose they are, for tests of what hangs below a run; and tokens to ask with. */
public final class TestRuns {
    /** Authorization of the service. */
    public static final String SERVICE = "Bearer service-token";

    /** Authorization of a key of the project {@code mine}. */
    public static final String MINE = "Bearer pond_pk_mine";

    private static final String MINE_DIGEST = TokenDigest.of("pond_pk_mine");

    private final Map<RunId, ProjectId> runs = new ConcurrentHashMap<>();

    public RunId add(String project) {
        RunId run = new RunId(UUID.randomUUID());
        runs.put(run, new ProjectId(project));
        return run;
    }

    public Access access() {
        return new Access(run -> Optional.ofNullable(runs.get(run)));
    }

    /** Asks for a token on every route, as the server does. */
    public void authenticate(RoutesConfig routes) {
        StoredToken mine =
                new StoredToken(MINE_DIGEST, new Principal.Project(new ProjectId("mine"), new UUID(0, 1)), true);
        new AuthFilter(new Authenticator(
                        Optional.of("service-token"),
                        digest -> digest.equals(MINE_DIGEST) ? Optional.of(mine) : Optional.empty()))
                .register(routes);
    }
}
