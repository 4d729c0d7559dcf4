package pond.server.cli.runs;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import pond.common.api.PreflightView;
import pond.server.cli.ExitCode;
import pond.server.cli.client.PondClient;
import pond.server.cli.client.Refused;
import pond.server.cli.context.ServerOptions;

/** {@code preflight}. */
@Command(
        name = "preflight",
        description = "Ask what would stop or hamper a run, without making one. Warnings hamper, errors stop.",
        mixinStandardHelpOptions = true)
public final class PreflightCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Mixin
    SubmitBody body = new SubmitBody();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            PreflightView view = client.preflight(body.read(System.in));
            options.print(view, out -> out.println(Refused.describe(view.ok() ? "ok" : "not ok", view.problems())));
            return view.ok() ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
