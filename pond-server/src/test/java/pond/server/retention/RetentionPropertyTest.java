package pond.server.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.testing.TestDatabase;

/** Whatever is stored, a pass keeps within the bounds, takes the oldest first, and leaves alone what it must. */
class RetentionPropertyTest {
    private static TestRetention pond;

    @BeforeContainer
    static void open() {
        pond = new TestRetention(TestDatabase.newFolder());
    }

    @AfterContainer
    static void close() {
        pond.close();
    }

    @Property(tries = 60)
    void aPassKeepsWithinTheBounds(@ForAll long seed) {
        Random random = new Random(seed);
        get(pond.database.db.change(tx -> {
            tx.update("DELETE FROM artifacts");
            tx.update("DELETE FROM reruns");
            tx.update("DELETE FROM runs");
        }));
        get(pond.logDatabase.db.change(tx -> tx.update("DELETE FROM log_heads")));
        List<StoredRun> before = stored(random);
        RetentionPolicy policy = policy(random);

        RetentionPlan plan = pond.service(policy).plan();
        RetentionPass pass = pond.service(policy).run();

        assertThat(pass.error()).isNull();
        assertThat(pass.removed()).isEqualTo(plan.total());
        List<StoredRun> all = list();
        Map<RunId, StoredRun> after = new HashMap<>();
        all.forEach(run -> after.put(run.id(), run));
        for (StoredRun run : before) {
            StoredRun now = after.get(run.id());
            if (!run.isRemovable()) {
                assertThat(now).isEqualTo(run);
            } else if (isOlder(run, policy.runs())) {
                assertThat(now).isNull();
            } else {
                assertThat(now).isNotNull();
                assertThat(now.hasLog() && isOlder(run, policy.logs())).isFalse();
                assertThat(now.hasArtifacts() && isOlder(run, policy.artifacts()))
                        .isFalse();
            }
        }
        if (policy.projectMaxBytes() == null) {
            assertThat(before.stream()
                            .filter(run -> policy.byAge(run, pond.clock.instant()) == Removal.NOTHING)
                            .toList())
                    .allMatch(run -> run.equals(after.get(run.id())));
        } else {
            keepsWithinTheSize(before, all, policy, policy.projectMaxBytes());
        }
    }

    private static void keepsWithinTheSize(
            List<StoredRun> before, List<StoredRun> after, RetentionPolicy policy, long most) {
        Instant now = pond.clock.instant();
        for (ProjectId project :
                before.stream().map(StoredRun::project).distinct().toList()) {
            List<StoredRun> left =
                    after.stream().filter(run -> run.project().equals(project)).toList();
            long bytes = left.stream().mapToLong(StoredRun::bytes).sum();
            assertThat(bytes <= most || left.stream().noneMatch(run -> run.isRemovable() && run.bytes() > 0))
                    .isTrue();
            // What went by size is older than all that stayed, and one less would have been too much.
            List<StoredRun> bySize = new ArrayList<>();
            for (StoredRun run : before) {
                StoredRun rest = run.without(policy.byAge(run, now));
                left.stream()
                        .filter(one -> one.id().equals(run.id()) && one.bytes() < rest.bytes())
                        .forEach(one -> bySize.add(rest));
            }
            if (!bySize.isEmpty()) {
                StoredRun last = bySize.get(bySize.size() - 1);
                assertThat(left.stream()
                                .filter(run ->
                                        run.id().toString().compareTo(last.id().toString()) < 0))
                        .noneMatch(run -> run.isRemovable() && run.bytes() > 0);
                assertThat(bytes + last.bytes()).isGreaterThan(most);
            }
        }
    }

    private static boolean isOlder(StoredRun run, @Nullable Duration kept) {
        Instant end = run.finishedAt();
        return kept != null && end != null && end.plus(kept).isBefore(pond.clock.instant());
    }

    private static RetentionPolicy policy(Random random) {
        Duration runs = random.nextInt(4) == 0 ? null : Duration.ofDays(1 + random.nextInt(100));
        long most = runs == null ? 100 : runs.toDays();
        return new RetentionPolicy(
                runs,
                random.nextInt(4) == 0 && runs == null ? null : Duration.ofDays(1 + random.nextInt((int) most)),
                random.nextInt(4) == 0 && runs == null ? null : Duration.ofDays(1 + random.nextInt((int) most)),
                random.nextInt(3) == 0 ? null : (long) random.nextInt(30_000));
    }

    private static List<StoredRun> stored(Random random) {
        int count = random.nextInt(40);
        get(pond.database.db.change(tx -> {
            for (int i = 0; i < count; i++) {
                String id = new RunId(new java.util.UUID(0x7000L + i, random.nextLong())).toString();
                boolean ended = random.nextInt(5) > 0;
                Instant at = pond.clock.instant().minus(Duration.ofHours(random.nextInt(24 * 120)));
                tx.update("""
                        INSERT INTO runs (id, project_id, submitted_by, status, version, created_at, finished_at)
                        VALUES (?, ?, 'service', ?, 1, ?, ?)
                        """, id, "p" + random.nextInt(3), ended ? "done" : "running", at, ended ? at : null);
                if (random.nextInt(6) == 0 && ended) {
                    tx.update("""
                            INSERT INTO deliveries (id, run_id, project_id, event, url, receiver, status, attempts, failures,
                                next_attempt_at, give_up_at, created_at, body)
                            VALUES (?1, ?1, 'p', 'run.ended', 'u', 'r', 'pending', 0, 0, 1, 1, 1, '{}')
                            """, id);
                }
                for (int artifact = random.nextInt(3); artifact > 0; artifact--) {
                    tx.update("""
                            INSERT INTO artifacts (run_id, stage_position, stage, substage, name, size, sha256,
                                content_type, created_at) VALUES (?, 0, 'a', '', ?, ?, ?, 't', 1)
                            """, id, "n" + artifact, random.nextInt(3_000), "%064x".formatted(random.nextInt(9)));
                }
            }
        }));
        List<String> ids = list().stream().map(run -> run.id().toString()).toList();
        get(pond.logDatabase.db.change(tx -> ids.stream()
                .filter(id -> random.nextInt(4) > 0)
                .forEach(id -> tx.update(
                        "INSERT INTO log_heads (run_id, next_id, bytes, created_at) VALUES (?, 2, ?, 1)",
                        id,
                        random.nextInt(3_000)))));
        return list();
    }

    private static List<StoredRun> list() {
        List<StoredRun> runs = pond.database.db.read(tx -> new RetentionStore().list(tx, "", 1_000));
        Map<RunId, Long> bytes =
                pond.logs.bytes(runs.stream().map(StoredRun::id).toList());
        return runs.stream()
                .map(run -> run.withLogBytes(bytes.getOrDefault(run.id(), 0L)))
                .toList();
    }
}
