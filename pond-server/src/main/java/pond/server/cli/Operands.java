package pond.server.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import pond.common.ids.ProjectId;
import pond.common.swarm.RegistryKey;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.Terminal;

/** Words of the command line that go into a URL, checked before they do: a wrong one is a {@link ParameterException}. */
public final class Operands {
    private Operands() {}

    /** A key of one of the registers of harnesses, models and credentials. */
    public static String key(ServerOptions options, String text) {
        return RegistryKey.parse(text)
                .orElseThrow(() -> new ParameterException(
                        options.line(), "'" + Terminal.clean(text) + "' is not a key of a register"));
    }

    /** The id of a project. */
    public static ProjectId projectId(ServerOptions options, String text) {
        return ProjectId.parse(text)
                .orElseThrow(() ->
                        new ParameterException(options.line(), "--project must have 1 to 128 printable characters"));
    }

    /** As {@link #projectId}, of an option that may not be there. */
    public static Optional<ProjectId> project(ServerOptions options, @Nullable String text) {
        return Optional.ofNullable(text).map(given -> projectId(options, given));
    }
}
