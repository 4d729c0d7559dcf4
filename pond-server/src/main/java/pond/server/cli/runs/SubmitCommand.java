package pond.server.cli.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import pond.server.cli.Timeout;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;

/** {@code run submit}. */
@Command(name = "submit", description = "Submit a run and print its id.", mixinStandardHelpOptions = true)
final class SubmitCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Mixin
    SubmitBody body = new SubmitBody();

    @Mixin
    EndOptions end = new EndOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Timeout.of(options.line(), end.timeout);
        ObjectNode request = body.read(System.in);
        try (PondClient client = options.client()) {
            return new Onlooker(options, client).report(client.submit(request), end);
        }
    }
}
