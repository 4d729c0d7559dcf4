package pond.server.workerapi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pond.common.api.EnrollmentCodeView;
import pond.common.api.PoolWorkerView;
import pond.common.ids.WorkerId;
import pond.server.audit.Actor;
import pond.server.db.Tx;
import pond.server.enrollment.CodeRequest;
import pond.server.enrollment.WorkerIdentity;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.workers.Attachment;
import pond.server.workers.Worker;

/** The workers as their operator sees them, and what he may do with them. Safe to share. */
final class PoolService {
    private final Rooms rooms;

    PoolService(Rooms rooms) {
        this.rooms = rooms;
    }

    /** Whoever has enrolled and is not revoked, and the server's own workers that are attached; by name. */
    List<PoolWorkerView> list() {
        return rooms.database().read(tx -> {
            Map<WorkerId, List<PoolWorkerView.Running>> running =
                    rooms.jobDesk().listRunning(tx);
            Map<WorkerId, Attachment> latest = new HashMap<>();
            List<PoolWorkerView> all = new ArrayList<>();
            for (Attachment attachment : rooms.workers().listLatest(tx)) {
                WorkerId identity = attachment.worker().identity();
                if (identity == null) {
                    all.add(view(attachment, null, running));
                } else {
                    latest.put(identity, attachment);
                }
            }
            for (WorkerIdentity identity : rooms.enrollment().listWorkers(tx)) {
                Attachment attachment = latest.get(identity.id());
                all.add(attachment == null ? neverAttached(identity) : view(attachment, identity, running));
            }
            all.sort(Comparator.comparing(PoolWorkerView::name).thenComparing(PoolWorkerView::id));
            return all;
        });
    }

    private PoolWorkerView view(
            Attachment attachment,
            @Nullable WorkerIdentity identity,
            Map<WorkerId, List<PoolWorkerView.Running>> running) {
        Worker worker = attachment.worker();
        return new PoolWorkerView(
                (identity == null ? worker.id() : identity.id()).value(),
                worker.name(),
                attachment.status(),
                worker.local(),
                worker.version(),
                worker.executors().stream().sorted().toList(),
                worker.capabilities().stream().sorted().toList(),
                worker.tags().stream().sorted().toList(),
                worker.slots(),
                running.getOrDefault(worker.id(), List.of()),
                worker.attachedAt(),
                attachment.endedAt() != null
                        ? attachment.endedAt()
                        : rooms.workers().lastSeen(worker.id()).orElse(worker.attachedAt()),
                identity == null ? null : identity.enrolledAt(),
                identity == null ? null : identity.fingerprint(),
                rooms.workers().whyPaused(worker.id()).orElse(null));
    }

    private static PoolWorkerView neverAttached(WorkerIdentity identity) {
        return new PoolWorkerView(
                identity.id().value(),
                identity.name(),
                "never",
                false,
                null,
                List.of(),
                List.of(),
                identity.tags().stream().sorted().toList(),
                0,
                List.of(),
                null,
                null,
                identity.enrolledAt(),
                identity.fingerprint(),
                null);
    }

    /** Makes an enrolment code; see {@link pond.server.enrollment.EnrollmentService#create}. */
    CompletableFuture<EnrollmentCodeView> createCode(CodeRequest request, Actor who) {
        return rooms.database().write(tx -> {
            EnrollmentCodeView code = rooms.enrollment().create(tx, request);
            rooms.audit().record(tx, who, "enrollment_code.create", code.id().toString());
            return code;
        });
    }

    /** Ends an enrolment code. Fails with NOT_FOUND when there is none. */
    CompletableFuture<Void> deleteCode(UUID id, Actor who) {
        return rooms.database().change(tx -> {
            rooms.enrollment().deleteCode(tx, id);
            rooms.audit().record(tx, who, "enrollment_code.delete", id.toString());
        });
    }

    /**
     * Lets a worker finish what it has and take no more, until it is started again. Fails with NOT_FOUND when there is no
     * such worker, and with CONFLICT when it is not attached or is the server's own.
     */
    CompletableFuture<Void> drain(WorkerId identity, Actor who) {
        return rooms.database().change(tx -> {
            requireEnrolled(tx, identity);
            rooms.workerDesk().drainIdentity(tx, identity);
            rooms.audit().record(tx, who, "worker.drain", identity.toString());
        });
    }

    /** Ends a worker for good: its bearer is refused from now on, and its jobs are lost at once. Fails as {@link #drain}. */
    CompletableFuture<Void> revoke(WorkerId identity, Actor who) {
        return rooms.database().change(tx -> {
            requireEnrolled(tx, identity);
            rooms.enrollment().revoke(tx, identity);
            rooms.workerDesk().endIdentity(tx, identity);
            rooms.audit().record(tx, who, "worker.revoke", identity.toString());
        });
    }

    private void requireEnrolled(Tx tx, WorkerId id) {
        Optional<Worker> local = rooms.workers().find(id).filter(Worker::local);
        if (local.isPresent()) {
            throw new PondException(
                    ErrorCode.CONFLICT, "this worker lives in the server; POND_LOCAL_EXECUTORS says what it runs");
        }
        if (rooms.enrollment().listWorkers(tx).stream()
                .noneMatch(one -> one.id().equals(id))) {
            throw PondException.notFound("worker");
        }
    }
}
