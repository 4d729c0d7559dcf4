package pond.server.cli.keys;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.cli.CommandGroup;
import pond.server.cli.ExitCode;
import pond.server.cli.Operands;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.Table;

/** {@code keys …}: project keys, on a server, or in a state folder of this machine on which a server may be running. */
@Command(
        name = "keys",
        description = {
            "Mint, list and revoke project keys.",
            "On a server when --server, --context or their variables name one, or a context is in use; in the state folder"
                    + " of this machine with --state-dir, with POND_STATE_DIR, or when nothing is said. The command line"
                    + " comes before variables, and those before the context in use."
        },
        mixinStandardHelpOptions = true)
public final class KeysCommand extends CommandGroup {
    private final Keys.Opener opener;

    public KeysCommand(Keys.Opener opener) {
        super("create, list, revoke");
        this.opener = opener;
    }

    @Command(
            name = "create",
            description = "Mint a key; it is printed once and kept nowhere.",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin ServerOptions options,
            @Mixin KeysPlace place,
            @Option(names = "--project", required = true, paramLabel = "ID", description = "The project.")
                    String project,
            @Option(names = "--name", paramLabel = "NAME", description = "What it is for.") @Nullable String name,
            @Option(names = "--expires-at", paramLabel = "TIME", description = "Such as 2030-01-31T00:00:00Z.")
                    @Nullable
                    Instant expiresAt)
            throws IOException, InterruptedException {
        ProjectId id = Operands.projectId(options, project);
        try (KeyRegister keys = place.open(options, opener)) {
            KeyView minted = keys.mint(id, name, expiresAt);
            options.print(minted, out -> {
                out.println(minted.key());
                options.line()
                        .getErr()
                        .println("This is the only time that the key is shown. Its id is " + minted.id() + ".");
            });
            return ExitCode.OK;
        }
    }

    @Command(name = "list", description = "List keys, without their plaintext.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ServerOptions options,
            @Mixin KeysPlace place,
            @Option(names = "--project", paramLabel = "ID", description = "Only this project's.") @Nullable
                    String project)
            throws IOException, InterruptedException {
        Optional<ProjectId> id = Operands.project(options, project);
        try (KeyRegister keys = place.open(options, opener)) {
            List<KeyView> found = keys.list(id);
            options.print(
                    found,
                    out -> Table.print(
                            out,
                            List.of("ID", "PROJECT", "NAME", "PREFIX", "CREATED", "EXPIRES", "LAST USED", "REVOKED"),
                            found.stream().map(KeysCommand::row).toList()));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "revoke",
            description = "End a key; the next request with it is refused.",
            mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ServerOptions options,
            @Mixin KeysPlace place,
            @Parameters(paramLabel = "ID", description = "The key's id.") UUID id)
            throws IOException, InterruptedException {
        try (KeyRegister keys = place.open(options, opener)) {
            keys.revoke(id);
            options.print(new Revoked(id, true), out -> out.println("revoked " + id));
            return ExitCode.OK;
        }
    }

    private record Revoked(UUID id, boolean revoked) {}

    private static List<String> row(KeyView key) {
        return List.of(
                key.id().toString(),
                Table.cell(key.projectId()),
                Table.cell(key.name()),
                Table.cell(key.prefix()),
                Table.cell(key.createdAt()),
                Table.cell(key.expiresAt()),
                Table.cell(key.lastUsedAt()),
                Table.cell(key.revokedAt()));
    }
}
