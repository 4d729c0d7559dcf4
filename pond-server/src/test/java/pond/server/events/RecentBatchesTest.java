package pond.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import pond.common.ids.RunId;
import pond.server.events.RecentBatches.Place;

class RecentBatchesTest {
    private final RecentBatches recent = new RecentBatches(100);
    private final RunId run = new RunId(new UUID(0, 1));
    private final RunId other = new RunId(new UUID(0, 2));

    @Test
    void whatWasUsedLongestAgoGoesFirst() {
        recent.put(place(run, 0), batch(40));
        recent.put(place(run, 1), batch(40));
        assertThat(recent.find(place(run, 0))).isPresent();

        recent.put(place(run, 2), batch(40));

        assertThat(recent.find(place(run, 0))).isPresent();
        assertThat(recent.find(place(run, 1))).isEmpty();
        assertThat(recent.bytes()).isEqualTo(80);
    }

    @Test
    void oneThatIsTooLargeIsNotKept() {
        recent.put(place(run, 0), batch(101));

        assertThat(recent.find(place(run, 0))).isEmpty();
        assertThat(recent.bytes()).isZero();
    }

    @Test
    void theSamePlaceCountsOnce() {
        recent.put(place(run, 0), batch(40));
        recent.put(place(run, 0), batch(30));

        assertThat(recent.bytes()).isEqualTo(30);
    }

    @Test
    void aRunIsForgottenWhole() {
        recent.put(place(run, 0), batch(10));
        recent.put(place(run, 1), batch(10));
        recent.put(place(other, 0), batch(10));

        recent.forget(run);

        assertThat(recent.bytes()).isEqualTo(10);
        assertThat(recent.find(place(other, 0))).isPresent();
    }

    private static Place place(RunId run, long line) {
        return new Place(run, new Cursor(1, line));
    }

    private static EventBatch batch(int bytes) {
        return new EventBatch(ByteBuffer.allocate(bytes), new Cursor(1, 9), true, false);
    }
}
