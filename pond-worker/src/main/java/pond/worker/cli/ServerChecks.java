package pond.worker.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pond.worker.cli.Check.Result;
import pond.worker.identity.Identity;
import pond.worker.identity.IdentityException;
import pond.worker.identity.StateFolder;
import pond.worker.transport.HttpSettings;
import pond.worker.transport.ServerProbe;

/** What {@code doctor} says about the worker's identity, and about its server when one is named. */
final class ServerChecks {
    private ServerChecks() {}

    static List<Check> examine(Path stateDir, Optional<HttpSettings> http) throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        checks.add(identity(stateDir, http));
        if (http.isPresent()) {
            checks.add(server(http.get()));
        }
        return checks;
    }

    private static Check identity(Path stateDir, Optional<HttpSettings> http) {
        try {
            Optional<Identity.Enrolment> there = StateFolder.read(stateDir).flatMap(Identity::enrolled);
            if (there.isEmpty()) {
                return check(Result.OK, "identity", "not enrolled yet; the first start needs --enroll-code");
            }
            String server = there.get().server();
            return http.isPresent() && !http.get().server().url().equals(server)
                    ? check(
                            Result.NO,
                            "identity",
                            "this state folder is for " + server + "; choose another --state-dir for another server")
                    : check(Result.OK, "identity", "worker " + there.get().worker() + " of " + server);
        } catch (IdentityException | IOException e) {
            return check(Result.NO, "identity", String.valueOf(e.getMessage()));
        }
    }

    private static Check server(HttpSettings http) throws InterruptedException {
        try {
            String version = ServerProbe.health(http).version();
            String own = VersionProvider.version();
            return version.equals(own)
                    ? check(Result.OK, "server", http.server() + " answers, version " + version)
                    : check(
                            Result.WARNING,
                            "server",
                            "%s answers, version %s, and this is %s; update the older one"
                                    .formatted(http.server(), version, own));
        } catch (IOException e) {
            return check(
                    Result.NO,
                    "server",
                    "%s cannot be reached (%s); check the URL, the network and, with https, --ca-file"
                            .formatted(http.server(), e.getMessage()));
        }
    }

    private static Check check(Result result, String name, String message) {
        return new Check(name, result, message);
    }
}
