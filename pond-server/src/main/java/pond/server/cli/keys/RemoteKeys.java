package pond.server.cli.keys;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.cli.client.KeyClient;

/** The keys of a server. */
record RemoteKeys(KeyClient client) implements KeyRegister {
    @Override
    public KeyView mint(ProjectId project, @Nullable String name, @Nullable Instant expiresAt)
            throws IOException, InterruptedException {
        return client.mint(project, name, expiresAt);
    }

    @Override
    public List<KeyView> list(Optional<ProjectId> project) throws IOException, InterruptedException {
        return client.list(project);
    }

    @Override
    public void revoke(UUID id) throws IOException, InterruptedException {
        client.revoke(id);
    }

    @Override
    public void close() {
        client.close();
    }
}
