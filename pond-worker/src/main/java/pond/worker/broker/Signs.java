package pond.worker.broker;

import java.util.Optional;
import java.util.OptionalLong;

/** What whoever watches a job may ask of its door. Threads may share it. */
final class Signs {
    private volatile OptionalLong lastByte = OptionalLong.empty();
    private volatile Optional<String> trouble = Optional.empty();

    /** Bytes went to or from the job. */
    void alive() {
        lastByte = OptionalLong.of(System.nanoTime());
    }

    /** Why the last call, or the last try of one, failed; words without secrets. */
    void trouble(String words) {
        trouble = Optional.of(words);
    }

    /** The last call went well. */
    void noTrouble() {
        trouble = Optional.empty();
    }

    OptionalLong lastByte() {
        return lastByte;
    }

    Optional<String> trouble() {
        return trouble;
    }
}
