package pond.server.harnesses;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.common.swarm.HarnessRules;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.RegistryKey;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/** The register of harnesses. Safe to share; it caches nothing. */
public final class Harnesses {
    /** It bounds a list, which comes as one page, and reads each with its files. */
    static final int MAX = 200;

    private final Database database;
    private final AuditLog audit;
    private final InstantSource clock;
    private final HarnessStore store = new HarnessStore();
    private volatile Consumer<Tx> listener = tx -> {};

    public Harnesses(Database database, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.clock = clock;
    }

    /** Tells of every harness that is put, in the transaction in which it is. */
    public void onPut(Consumer<Tx> called) {
        listener = called;
    }

    /** A harness after it was put, and whether there was none of that key before. */
    public record Put(HarnessView view, boolean created) {}

    /**
     * Registers a harness, or replaces the one with its key.
     *
     * @throws PondException INVALID with all that is wrong with the body; the future fails with CONFLICT when there are
     *     {@link #MAX} harnesses
     */
    public CompletableFuture<Put> put(JsonNode body, Actor who) {
        Problems problems = new Problems();
        Optional<HarnessSpec> read =
                Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID)).flatMap(HarnessRules::read);
        if (read.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        return put(read.get(), null, who);
    }

    /**
     * Registers what a preset says, as {@code {preset, key?}} names it. The capability follows the preset, not the key:
     * it says which program a worker must have.
     *
     * @throws PondException INVALID when there is no such preset
     */
    public CompletableFuture<Put> putPreset(JsonNode body, Actor who) {
        Problems problems = new Problems();
        Optional<Fields> fields = Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID));
        Optional<String> name = fields.flatMap(given -> given.requiredString("preset"));
        Optional<String> key = fields.flatMap(given -> RegistryKey.optional(given, "key"));
        fields.ifPresent(Fields::end);
        Optional<HarnessSpec> preset = name.flatMap(Presets::find);
        if (name.isPresent() && preset.isEmpty()) {
            fields.ifPresent(given -> given.report("preset", "must be one of " + String.join(", ", Presets.names())));
        }
        if (preset.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        HarnessSpec found = preset.get();
        HarnessSpec named = new HarnessSpec(
                key.orElse(found.key()),
                found.label(),
                found.capability(),
                found.commandTemplate(),
                found.files(),
                found.env(),
                found.output());
        return put(named, found.key(), who);
    }

    /** All, by key, without the content of their files. */
    public List<HarnessView> list() {
        return database.read(store::list).stream()
                .map(stored -> HarnessView.of(stored, false))
                .toList();
    }

    /** One as operators see it; throws NOT_FOUND when there is none. */
    public HarnessView get(String key) {
        return database.read(tx -> store.find(tx, key))
                .map(stored -> HarnessView.of(stored, true))
                .orElseThrow(() -> PondException.notFound("harness"));
    }

    public boolean exists(String key) {
        return database.read(tx -> store.exists(tx, key));
    }

    /** The harness of that key, for a stage that names it. */
    public Optional<HarnessSpec> find(String key) {
        return database.read(tx -> find(tx, key));
    }

    /** As {@link #find(String)}, inside a transaction. */
    public Optional<HarnessSpec> find(Tx tx, String key) {
        return store.find(tx, key).map(HarnessStore.Stored::spec);
    }

    /** Deletes a harness; runs that have begun with it keep it. The future fails with NOT_FOUND when there is none. */
    public CompletableFuture<Void> delete(String key, Actor who) {
        return database.change(tx -> {
            if (!store.delete(tx, key)) {
                throw PondException.notFound("harness");
            }
            audit.record(tx, who, "harness.delete", key);
        });
    }

    private CompletableFuture<Put> put(HarnessSpec spec, @Nullable String preset, Actor who) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return database.write(tx -> {
            Optional<HarnessStore.Stored> before = store.find(tx, spec.key());
            if (before.isEmpty() && store.count(tx) >= MAX) {
                throw new PondException(ErrorCode.CONFLICT, "there are " + MAX + " harnesses; delete some first");
            }
            HarnessStore.Stored harness = new HarnessStore.Stored(
                    spec, preset, before.map(HarnessStore.Stored::createdAt).orElse(now), now);
            store.put(tx, harness);
            audit.record(tx, who, "harness.set", spec.key());
            listener.accept(tx);
            return new Put(HarnessView.of(harness, true), before.isEmpty());
        });
    }
}
