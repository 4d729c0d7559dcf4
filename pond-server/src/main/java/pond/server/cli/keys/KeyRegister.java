package pond.server.cli.keys;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;

/** Project keys, on a server or in the state folder of this machine; open for one command. Blocking. */
interface KeyRegister extends AutoCloseable {
    /** Makes a key; the answer is the only one that has its plaintext. */
    KeyView mint(ProjectId project, @Nullable String name, @Nullable Instant expiresAt)
            throws IOException, InterruptedException;

    /** Those of a project, or all, oldest first. */
    List<KeyView> list(Optional<ProjectId> project) throws IOException, InterruptedException;

    /** Ends a key for good. */
    void revoke(UUID id) throws IOException, InterruptedException;

    @Override
    void close();
}
