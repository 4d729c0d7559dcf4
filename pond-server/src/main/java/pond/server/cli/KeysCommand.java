package pond.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.audit.Actor;
import pond.server.errors.PondException;

/** Project keys, on the state folder of this machine; a server may be running on it. */
@Command(
        name = "keys",
        description = "Mint, list and revoke project keys in the local state folder, also beside a running server.",
        mixinStandardHelpOptions = true)
public final class KeysCommand implements Runnable {
    private static final int DEADLINE_SECONDS = 30;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = ".pond-state",
            scope = ScopeType.INHERIT,
            description = "The state folder (POND_STATE_DIR, .pond-state).")
    Path stateDir = Path.of(".pond-state");

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON.")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    private final Keys.Opener opener;

    public KeysCommand(Keys.Opener opener) {
        this.opener = opener;
    }

    @Override
    public void run() {
        throw new ParameterException(line(), "one of create, list, revoke is needed");
    }

    @Command(
            name = "create",
            description = "Mint a key; it is printed once and kept nowhere.",
            mixinStandardHelpOptions = true)
    int create(
            @Option(names = "--project", required = true, paramLabel = "ID", description = "The project.")
                    String project,
            @Option(names = "--name", paramLabel = "NAME", description = "What it is for.") @Nullable String name,
            @Option(names = "--expires-at", paramLabel = "TIME", description = "Such as 2030-01-31T00:00:00Z.")
                    @Nullable
                    Instant expiresAt)
            throws IOException, InterruptedException {
        ProjectId id = projectId(project);
        return with(keys -> {
            KeyView minted = await(keys.service().mint(id, name, expiresAt, Actor.COMMAND_LINE));
            out().println(json ? Json.write(minted) : minted.key());
            if (!json) {
                err().println("This is the only time that the key is shown. Its id is " + minted.id() + ".");
            }
        });
    }

    @Command(name = "list", description = "List keys, without their plaintext.", mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--project", paramLabel = "ID", description = "Only this project's.") @Nullable
                    String project)
            throws IOException, InterruptedException {
        Optional<ProjectId> id = Optional.ofNullable(project).map(this::projectId);
        return with(keys -> {
            List<KeyView> found = keys.service().list(id);
            if (json) {
                out().println(Json.write(found));
            } else {
                Table.print(
                        out(),
                        List.of("ID", "PROJECT", "NAME", "PREFIX", "CREATED", "EXPIRES", "LAST USED", "REVOKED"),
                        found.stream().map(KeysCommand::row).toList());
            }
        });
    }

    @Command(
            name = "revoke",
            description = "End a key; the next request with it is refused.",
            mixinStandardHelpOptions = true)
    int revoke(@Parameters(paramLabel = "ID", description = "The key's id.") UUID id)
            throws IOException, InterruptedException {
        return with(keys -> {
            KeyView revoked = await(keys.service().revoke(id, Actor.COMMAND_LINE));
            out().println(json ? Json.write(revoked) : "revoked " + revoked.id());
        });
    }

    private interface Work {
        void on(Keys keys) throws InterruptedException;
    }

    private int with(Work work) throws IOException, InterruptedException {
        try (Keys keys = opener.open(stateDir)) {
            work.on(keys);
            return ExitCode.OK;
        } catch (PondException e) {
            err().println("pond-server: " + Refused.describe(e.getMessage(), e.problems()));
            return ExitCode.REFUSED;
        }
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

    private ProjectId projectId(String text) {
        return ProjectId.parse(text)
                .orElseThrow(() -> new ParameterException(line(), "--project must have 1 to 128 printable characters"));
    }

    private static List<String> row(KeyView key) {
        return List.of(
                key.id().toString(),
                key.projectId().value(),
                Table.cell(key.name()),
                Table.cell(key.prefix()),
                Table.cell(key.createdAt()),
                Table.cell(key.expiresAt()),
                Table.cell(key.lastUsedAt()),
                Table.cell(key.revokedAt()));
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }

    private PrintWriter out() {
        return line().getOut();
    }

    private PrintWriter err() {
        return line().getErr();
    }
}
