package pond.server.models;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.common.swarm.ModelSpec;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/** The register of models. Safe to share; it caches nothing. */
public final class Models {
    /** More than anybody chooses from; it bounds a list, which comes as one page. */
    static final int MAX = 1_000;

    private final Database database;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ModelStore store = new ModelStore();
    private volatile Consumer<Tx> listener = tx -> {};

    public Models(Database database, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.clock = clock;
    }

    /** Tells of every model that is put, in the transaction in which it is. */
    public void onPut(Consumer<Tx> called) {
        listener = called;
    }

    /** A model after it was put, and whether there was none of that key before. */
    public record Put(ModelView view, boolean created) {}

    /**
     * Registers a model, or replaces the one with its key.
     *
     * @throws PondException INVALID with all that is wrong with the body; the future fails with CONFLICT when there are
     *     {@link #MAX} models
     */
    public CompletableFuture<Put> put(JsonNode body, Actor who) {
        Problems problems = new Problems();
        Optional<ModelSpec> read =
                Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID)).flatMap(ModelRules::read);
        if (read.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        ModelSpec spec = read.get();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return database.write(tx -> {
            Optional<ModelStore.Stored> before = store.find(tx, spec.key());
            if (before.isEmpty() && store.count(tx) >= MAX) {
                throw new PondException(ErrorCode.CONFLICT, "there are " + MAX + " models; delete some first");
            }
            ModelStore.Stored model = new ModelStore.Stored(
                    spec, before.map(ModelStore.Stored::createdAt).orElse(now), now);
            store.put(tx, model);
            audit.record(tx, who, "model.set", spec.key());
            listener.accept(tx);
            return new Put(model.view(), before.isEmpty());
        });
    }

    /** All, by key. */
    public List<ModelView> list() {
        return database.read(store::list).stream().map(ModelStore.Stored::view).toList();
    }

    /** One as operators see it; throws NOT_FOUND when there is none. */
    public ModelView get(String key) {
        return database.read(tx -> store.find(tx, key))
                .orElseThrow(() -> PondException.notFound("model"))
                .view();
    }

    /** The model of that key, for a stage that names it. */
    public Optional<ModelSpec> find(String key) {
        return database.read(tx -> find(tx, key));
    }

    /** As {@link #find(String)}, inside a transaction. */
    public Optional<ModelSpec> find(Tx tx, String key) {
        return store.find(tx, key).map(ModelStore.Stored::spec);
    }

    /** The keys of the models that name a credential. */
    public List<String> listUsersOf(Tx tx, String credential) {
        return store.listUsersOf(tx, credential);
    }

    /** Deletes a model; runs that have begun with it keep it. The future fails with NOT_FOUND when there is none. */
    public CompletableFuture<Void> delete(String key, Actor who) {
        return database.change(tx -> {
            if (!store.delete(tx, key)) {
                throw PondException.notFound("model");
            }
            audit.record(tx, who, "model.delete", key);
        });
    }
}
