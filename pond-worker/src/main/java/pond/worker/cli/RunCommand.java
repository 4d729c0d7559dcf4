package pond.worker.cli;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import pond.worker.identity.IdentityException;
import pond.worker.transport.HttpSettings;

/** What {@code pond-worker} does without a command: it runs the worker. */
public final class RunCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    ServerOptions server = new ServerOptions();

    @Mixin
    WorkerOptions worker = new WorkerOptions();

    @Mixin
    SandboxOptions sandbox = new SandboxOptions();

    /** Runs until the worker has ended, and returns the exit code. */
    public int run(CommandLine line) {
        HttpSettings http;
        WorkerAssembly assembly;
        boolean json;
        try {
            json = server.logsJson();
            http = server.http()
                    .orElseThrow(() -> new IllegalArgumentException(Complaint.about("--server", "is needed")));
            assembly = new WorkerAssembly(server, worker, sandbox);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
        Logging.configure(json);
        try {
            return new RunningWorker(http, assembly, this::code).run();
        } catch (IllegalArgumentException e) {
            LOG.error("{}", e.getMessage());
            return ExitCodes.USAGE;
        } catch (IdentityException | IOException e) {
            LOG.error("cannot start: {}", e.getMessage());
            return ExitCodes.FAILED;
        }
    }

    private String code() throws IOException {
        return worker.code()
                .orElseThrow(() -> new IllegalArgumentException(Complaint.about(
                        "--enroll-code", "or --enroll-code-file is needed: this worker is not enrolled yet")));
    }
}
