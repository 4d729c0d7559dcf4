package pond.server.auth;

import java.util.Arrays;

/** Parts of {@code /v1}, and whose tokens are good there. The first that a path belongs to counts. */
enum Realm {
    ENROLMENT("/v1/worker/enroll"),
    WORKERS("/v1/worker"),
    ADMINISTRATION("/v1/admin"),
    KEYS("/v1/keys"),
    RUNS("/v1");

    private final String path;

    Realm(String path) {
        this.path = path;
    }

    /** The part that a path below {@code /v1} belongs to. */
    static Realm of(String path) {
        return Arrays.stream(values())
                .filter(realm -> path.equals(realm.path) || path.startsWith(realm.path + "/"))
                .findFirst()
                .orElse(RUNS);
    }

    /** @param tenant whether admins come from an Auth0 tenant; without one the service is the admin */
    boolean admits(Principal principal, boolean tenant) {
        return switch (this) {
            case ENROLMENT -> principal instanceof Principal.Enrollment;
            case WORKERS -> principal instanceof Principal.Worker;
            case ADMINISTRATION -> principal instanceof Principal.Service || principal instanceof Principal.Admin;
            case KEYS -> tenant ? principal instanceof Principal.Admin : principal instanceof Principal.Service;
            case RUNS -> principal instanceof Principal.Service || principal instanceof Principal.Project;
        };
    }
}
