package pond.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import pond.common.api.PreflightView;
import pond.common.json.Json;

/** {@code preflight}. */
@Command(
        name = "preflight",
        description = "Ask what would stop or hamper a run, without making one.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing stops it", "3:an error would stop it", "1, 2, 4:as for run submit"})
public final class PreflightCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Mixin
    SubmitBody body = new SubmitBody();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            PreflightView view = client.preflight(body.read(System.in));
            PrintWriter out = options.line().getOut();
            if (options.json) {
                out.println(Json.write(view));
            } else {
                out.println(Refused.describe(view.ok() ? "ok" : "not ok", view.problems()));
            }
            return view.ok() ? ExitCode.OK : ExitCode.RUN_FAILED;
        }
    }
}
