package pond.server.cli.keys;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.audit.Actor;

/** The keys in a state folder, beside a server that may be running on it. */
record LocalKeys(Keys keys) implements KeyRegister {
    private static final int DEADLINE_SECONDS = 30;

    @Override
    public KeyView mint(ProjectId project, @Nullable String name, @Nullable Instant expiresAt)
            throws InterruptedException {
        return await(keys.service().mint(project, name, expiresAt, Actor.COMMAND_LINE));
    }

    @Override
    public List<KeyView> list(Optional<ProjectId> project) {
        return keys.service().list(project);
    }

    @Override
    public void revoke(UUID id) throws InterruptedException {
        await(keys.service().revoke(id, Actor.COMMAND_LINE));
    }

    @Override
    public void close() {
        keys.close();
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the state folder stayed busy for " + DEADLINE_SECONDS + " s", e);
        }
    }
}
