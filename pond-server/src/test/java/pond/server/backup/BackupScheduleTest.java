package pond.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When backups are due, with a clock that is set by hand. */
@Timeout(60)
class BackupScheduleTest {
    @TempDir
    private Path folder;

    private TestState state;
    private BackupSchedule schedule;
    private BackupAge age;

    @BeforeEach
    void open() throws IOException {
        state = new TestState(folder.resolve("state"));
        schedule = new BackupSchedule(
                state.backups,
                new BackupSchedule.Settings(folder.resolve("backups"), Duration.ofHours(12), 2),
                state.clock);
        age = new BackupAge(state.backups, schedule, Duration.ofHours(13), state.clock);
    }

    @AfterEach
    void close() {
        schedule.close();
        state.close();
    }

    @Test
    void oneIsTakenWhenTheLastHasBecomeTooOld() {
        assertThat(age.warning()).contains("no backup has been proven yet");
        schedule.takeIfDue();
        Instant first = state.clock.instant();
        assertThat(state.backups.lastProven()).contains(first);
        assertThat(age.warning()).isEmpty();

        state.clock.advance(Duration.ofHours(11));
        schedule.takeIfDue();
        assertThat(state.backups.lastProven()).contains(first);

        state.clock.advance(Duration.ofHours(3));
        assertThat(age.warning()).contains("the last proven backup is 14 hours old; it should be 13 at most");
        schedule.takeIfDue();
        assertThat(state.backups.lastProven()).contains(state.clock.instant());
        assertThat(age.warning()).isEmpty();
    }

    @Test
    void oneThatFailedIsTriedAgainAnHourLater() throws IOException {
        byte[] bytes = Files.readAllBytes(state.file(state.artifact));
        Files.delete(state.file(state.artifact));
        schedule.takeIfDue();
        assertThat(schedule.failedAt()).contains(state.clock.instant());
        assertThat(age.warning()).contains("the last backup failed; the log of the server says why");

        Files.write(state.file(state.artifact), bytes);
        state.clock.advance(Duration.ofMinutes(59));
        schedule.takeIfDue();
        assertThat(state.backups.lastProven()).isEmpty();
        state.clock.advance(Duration.ofMinutes(1));
        schedule.takeIfDue();
        assertThat(state.backups.lastProven()).contains(state.clock.instant());
        assertThat(schedule.failedAt()).isEmpty();
        assertThat(age.warning()).isEmpty();
    }

    @Test
    void oneThatAnOperatorTakesEndsTheWarning() throws Exception {
        byte[] bytes = Files.readAllBytes(state.file(state.artifact));
        Files.delete(state.file(state.artifact));
        schedule.takeIfDue();
        Files.write(state.file(state.artifact), bytes);
        state.clock.advance(Duration.ofSeconds(1));

        state.backups.take(folder.resolve("elsewhere"), new BackupService.Wishes(false, 0));

        assertThat(age.warning()).isEmpty();
    }

    @Test
    void whatIsRememberedAndCannotBeReadCountsAsNothing() throws IOException {
        schedule.takeIfDue();
        Files.writeString(state.state.backups().resolve("last.json"), "{");
        assertThat(state.backups.lastProven()).isEmpty();

        state.clock.advance(Duration.ofSeconds(1));
        schedule.takeIfDue();
        assertThat(state.backups.lastProven()).contains(state.clock.instant());
    }

    @Test
    void withoutAWishNoAgeIsTooOld() {
        assertThat(new BackupAge(state.backups, null, null, state.clock).warning())
                .isEmpty();
    }
}
