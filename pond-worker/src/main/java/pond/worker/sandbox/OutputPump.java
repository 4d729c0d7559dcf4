package pond.worker.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one pipe to its end and gives its lines to the sink. Java cannot interrupt a read of a pipe, so a pump whose
 * pipe is held open by something that cannot be found is abandoned: its thread goes on waiting, but delivers no more.
 */
final class OutputPump implements Runnable {
    private static final long CHECK_MILLIS = 100;

    private final InputStream pipe;
    private final OutputSink.Stream stream;
    private final OutputSink sink;
    private final Optional<Masker> masker;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong masks = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    /** Since when the pump waits for the pipe, as of System.nanoTime; empty while it is busy with the sink. */
    private volatile Optional<Long> waitingSince = Optional.empty();

    private volatile boolean complete;
    private volatile boolean abandoned;

    OutputPump(InputStream pipe, OutputSink.Stream stream, OutputSink sink, Secrets secrets) {
        this.pipe = pipe;
        this.stream = stream;
        this.sink = sink;
        this.masker = secrets.masker();
    }

    /**
     * Holds the pipe's monitor all the time. When a process exits, the JDK empties its pipes into memory under that
     * monitor and closes them: without a bound while a leftover still writes, and not in step with our own reads.
     */
    @Override
    public void run() {
        synchronized (pipe) {
            try (pipe) {
                pump();
            } catch (IOException e) {
                failure.compareAndSet(null, e);
            } finally {
                finished.countDown();
            }
        }
    }

    private void pump() throws IOException {
        if (masker.isPresent()) {
            MaskedStream masked = new MaskedStream(pipe, masker.get());
            pump(masked, count -> bytes.set(masked.came()));
            masks.set(masker.get().places());
        } else {
            pump(pipe, bytes::addAndGet);
        }
    }

    private void pump(InputStream from, IntConsumer read) throws IOException {
        LineSplitter splitter = new LineSplitter(this::deliver, this::tell);
        while (!abandoned) {
            waitingSince = Optional.of(System.nanoTime());
            int count = splitter.readFrom(from);
            if (count < 0) {
                splitter.finish();
                complete = true;
                return;
            }
            read.accept(count);
        }
    }

    private void tell(byte[] buffer, int from, int count) {
        if (abandoned || failure.get() != null) {
            return;
        }
        try {
            sink.bytes(stream, buffer, from, count);
        } catch (RuntimeException | Error e) {
            failure.set(e);
        }
    }

    private void deliver(String line) {
        waitingSince = Optional.empty();
        lines.incrementAndGet();
        if (abandoned || failure.get() != null) {
            return;
        }
        try {
            sink.line(stream, line);
        } catch (RuntimeException | Error e) {
            failure.set(e);
        }
    }

    /** Whether the pipe has been read to its end, or is within the time. */
    boolean ended(Duration atMost) throws InterruptedException {
        return finished.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until the pipe has been read to its end. Gives up once the pipe yielded nothing for {@code idle}, or after
     * {@code limit} in all, which is for a slow sink; both count from {@code start}, as of System.nanoTime.
     */
    void finishReading(long start, Duration idle, Duration limit) throws InterruptedException {
        while (!finished.await(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            boolean held = waitingSince
                    .filter(since -> now - Math.max(since, start) > idle.toNanos())
                    .isPresent();
            if (held || now - start > limit.toNanos()) {
                abandoned = true;
                return;
            }
        }
    }

    /** Whether everything up to the end of the pipe was read. */
    boolean complete() {
        return complete;
    }

    Ended.Count count() {
        return new Ended.Count(bytes.get(), lines.get());
    }

    /** Places that were masked. */
    long masked() {
        return masks.get();
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }
}
