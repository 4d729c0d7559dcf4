package pond.server.workerapi;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.UUID;
import pond.common.api.EnrollmentCodeList;
import pond.common.api.PoolWorkerList;
import pond.common.ids.Uuids;
import pond.common.ids.WorkerId;
import pond.server.audit.Actor;
import pond.server.auth.AuthFilter;
import pond.server.auth.Principal;
import pond.server.enrollment.CodeRequest;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/** {@code /v1/admin/pool}: codes that let machines enrol, and the workers that they have become. */
public final class PoolHandler {
    private static final String CODES = "/v1/admin/pool/enrollment-codes";
    private static final String WORKERS = "/v1/admin/pool/workers";

    private final Rooms rooms;
    private final PoolService pool;
    private final Answers answers;

    public PoolHandler(Rooms rooms, Answers answers) {
        this.rooms = rooms;
        this.pool = new PoolService(rooms);
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post(CODES, this::createCode);
        routes.get(CODES, this::listCodes);
        routes.delete(CODES + "/{id}", this::deleteCode);
        routes.get(WORKERS, this::listWorkers);
        routes.post(WORKERS + "/{id}/drain", this::drain);
        routes.delete(WORKERS + "/{id}", this::revoke);
    }

    private void createCode(Context ctx) throws IOException {
        Actor who = requireAdmin(ctx);
        CodeRequest request = CodeRequest.read(Bodies.json(ctx));
        answers.json(ctx, 201, pool.createCode(request, who));
    }

    private void listCodes(Context ctx) {
        requireAdmin(ctx);
        answers.json(ctx, 200, new EnrollmentCodeList(rooms.enrollment().listCodes()));
    }

    private void deleteCode(Context ctx) {
        Actor who = requireAdmin(ctx);
        UUID id = Params.path(ctx, "id", Uuids::parse, "enrollment code");
        answers.when(ctx, pool.deleteCode(id, who), done -> ctx.status(204));
    }

    private void listWorkers(Context ctx) {
        requireAdmin(ctx);
        answers.json(ctx, 200, new PoolWorkerList(pool.list()));
    }

    private void drain(Context ctx) {
        Actor who = requireAdmin(ctx);
        answers.when(ctx, pool.drain(worker(ctx), who), done -> ctx.status(204));
    }

    private void revoke(Context ctx) {
        Actor who = requireAdmin(ctx);
        answers.when(ctx, pool.revoke(worker(ctx), who), done -> ctx.status(204));
    }

    private static Actor requireAdmin(Context ctx) {
        Principal who = AuthFilter.administrator(ctx);
        Params.of(ctx);
        return Actor.of(who, Answers.requestId(ctx));
    }

    private static WorkerId worker(Context ctx) {
        return Params.path(ctx, "id", WorkerId::parse, "worker");
    }
}
