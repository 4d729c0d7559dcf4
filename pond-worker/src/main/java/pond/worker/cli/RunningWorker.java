package pond.worker.cli;

import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Enroll;
import pond.common.protocol.Enrolled;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.worker.identity.EnrolmentLoop;
import pond.worker.identity.Identity;
import pond.worker.identity.Identity.Enrolment;
import pond.worker.identity.IdentityException;
import pond.worker.identity.StateFolder;
import pond.worker.runtime.Worker;
import pond.worker.runtime.WorkerConfig;
import pond.worker.transport.HttpEnrolment;
import pond.worker.transport.HttpSettings;
import pond.worker.transport.HttpWorkerProtocol;

/** One life of a worker process: takes its folder, enrols where it has not yet, runs until it is told to end. */
final class RunningWorker {
    private static final Logger LOG = LoggerFactory.getLogger(RunningWorker.class);

    private final HttpSettings http;
    private final WorkerAssembly assembly;
    private final Code code;

    /** Where the enrolment code comes from, asked only when it is needed. */
    interface Code {
        /** Throws {@link IllegalArgumentException} when there is none. */
        String read() throws IOException;
    }

    RunningWorker(HttpSettings http, WorkerAssembly assembly, Code code) {
        this.http = http;
        this.assembly = assembly;
        this.code = code;
    }

    /** Returns the exit code when it is over. */
    int run() throws IOException, IdentityException {
        Stopping stopping = Stopping.install();
        try (StateFolder folder = StateFolder.open(assembly.stateDir())) {
            Identity identity = known(folder);
            Enrolment enrolment = enrolment(folder, identity);
            try (HttpWorkerProtocol protocol =
                            HttpWorkerProtocol.open(http, identity.bearer().text());
                    WorkerAssembly.Parts parts = assembly.build(identity.keys())) {
                Worker worker = Worker.start(parts.config(), protocol, InstantSource.system(), System::nanoTime);
                stopping.watch(worker);
                CompletableFuture<Void> unused =
                        worker.attached().thenRun(() -> LOG.info("{}", banner(parts.config(), enrolment)));
                return ExitCodes.of(worker.ended().get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("the end of a worker never fails", e);
            }
        } catch (ProtocolException refused) {
            LOG.error("the server refuses the enrolment ({}): {}", refused.refusal(), refused.getMessage());
            return refused.refusal() == Refusal.UPGRADE_NEEDED ? ExitCodes.UPGRADE_NEEDED : ExitCodes.REFUSED;
        } catch (InterruptedException e) {
            LOG.info("told to stop before the start was over");
            return ExitCodes.OK;
        }
    }

    private Enrolment enrolment(StateFolder folder, Identity identity)
            throws IOException, IdentityException, InterruptedException {
        String server = http.server().url();
        if (identity.enrolled().isPresent()) {
            Enrolment there = identity.enrolled().get();
            if (!there.server().equals(server)) {
                throw new IdentityException("the state folder " + assembly.stateDir()
                        + " belongs to a worker of " + there.server() + ", not of " + server
                        + "; choose another --state-dir, or remove identity.json in it and enrol again");
            }
            return there;
        }
        String word = code.read();
        Enroll enroll = identity.enrolment(word, assembly.name(), VersionProvider.version());
        try (HttpEnrolment client = HttpEnrolment.open(http)) {
            Enrolled enrolled = new EnrolmentLoop().run(() -> client.enroll(word, enroll));
            folder.write(identity.enrolled(server, enrolled.worker()));
            LOG.info(
                    "enrolled as {} with the keys {}",
                    enrolled.worker(),
                    identity.keys().fingerprint());
            return new Enrolment(server, enrolled.worker());
        }
    }

    /** Keys and bearer are on disk before the server hears of them: after a lost answer the next try shows the same. */
    static Identity known(StateFolder folder) throws IOException, IdentityException {
        var there = folder.read();
        if (there.isPresent()) {
            return there.get();
        }
        Identity fresh = Identity.fresh();
        folder.write(fresh);
        return fresh;
    }

    private String banner(WorkerConfig config, Enrolment enrolment) {
        String executors = config.offer().executors().kinds().stream()
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        String capabilities = config.offer().capabilities().stream().sorted().collect(Collectors.joining(", "));
        return "worker %s (%s) attached to %s; executors %s; capabilities %s; %d slots"
                .formatted(
                        config.name(),
                        enrolment.worker(),
                        http.server(),
                        executors,
                        capabilities.isEmpty() ? "none" : capabilities,
                        config.slots());
    }
}
