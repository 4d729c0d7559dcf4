package pond.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import pond.common.problems.ProblemCode;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

class DiskSpaceTest {
    private static final long FLOOR = 512L << 20;

    private long free = 2 * FLOOR;
    private int looks;
    private long nanos;
    private final DiskSpace disk = new DiskSpace(
            () -> {
                looks++;
                return free;
            },
            FLOOR,
            () -> nanos);

    private void free(long bytes) {
        free = bytes;
        nanos += TimeUnit.SECONDS.toNanos(1);
    }

    @Test
    void withEnoughRoomEverythingIsTaken() {
        free(FLOOR);

        disk.requireRoomForRun();
        disk.requireRoomForBytes();
        assertThat(disk.shortage()).isEmpty();
    }

    @Test
    void belowTheFloorRunsAreRefusedAndBytesOfThoseThatRunAreTaken() {
        free(FLOOR - 1);

        assertThatThrownBy(disk::requireRoomForRun).isInstanceOfSatisfying(PondException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(refusal.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.code()).isEqualTo(ProblemCode.DISK_LOW));
            assertThat(refusal.retryAfter()).isPresent();
        });
        disk.requireRoomForBytes();
        assertThat(disk.shortage()).contains("low: no new run is taken; 511 MiB are free, 512 are wanted");
    }

    @Test
    void belowHalfOfItBytesAreRefusedAsWellUntilThereIsRoom() {
        free(FLOOR / 2 - 1);

        assertThatThrownBy(disk::requireRoomForRun).isInstanceOf(PondException.class);
        assertThatThrownBy(disk::requireRoomForBytes).isInstanceOf(PondException.class);
        assertThat(disk.shortage().orElseThrow()).startsWith("low: no new run, log line or artifact is taken");

        free(FLOOR);

        assertThatCode(disk::requireRoomForRun).doesNotThrowAnyException();
        assertThatCode(disk::requireRoomForBytes).doesNotThrowAnyException();
    }

    @Test
    void theDiskIsAskedOnceASecondAndNeverWithoutAFloor() {
        int before = looks;
        for (int i = 0; i < 1_000; i++) {
            nanos += TimeUnit.MILLISECONDS.toNanos(2);
            disk.requireRoomForRun();
        }
        DiskSpace unwatched = new DiskSpace(() -> 0, 0, () -> 0);

        assertThat(looks - before).isEqualTo(2);
        assertThatCode(unwatched::requireRoomForRun).doesNotThrowAnyException();
        assertThatCode(unwatched::requireRoomForBytes).doesNotThrowAnyException();
        assertThat(unwatched.shortage()).isEmpty();
    }

    @Test
    void aDiskThatRanOutIsToldFromOtherFailures() {
        assertThat(DiskSpace.ranOut(new UncheckedIOException(new IOException("No space left on device"))))
                .isTrue();
        assertThat(DiskSpace.ranOut(new FileSystemException("/srv/x", null, "Disk quota exceeded")))
                .isTrue();
        assertThat(DiskSpace.ranOut(new IOException("Broken pipe"))).isFalse();
        assertThat(DiskSpace.ranOut(new IllegalStateException("No space left on device")))
                .isFalse();
    }
}
