package pond.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import pond.common.ids.ProjectId;
import pond.server.audit.Actor;
import pond.testing.TestDatabase;

/** Mints project keys beside a running server, as its command line does. */
public final class TestKeys {
    private TestKeys() {}

    /** A new key of a project, in plain text. */
    public static String mint(Path stateDir, String project) {
        try (KeysInStateDir keys = KeysInStateDir.open(stateDir, InstantSource.system())) {
            return Objects.requireNonNull(
                    TestDatabase.get(keys.service().mint(new ProjectId(project), null, null, Actor.COMMAND_LINE))
                            .key());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
