package pond.worker.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Progress;

/** What a {@link FakeServer}, whose monitor guards it, knows of a job. */
final class Ledger {
    final Job job;
    final List<LogBatch.Line> lines = new ArrayList<>();
    final List<Progress> progress = new ArrayList<>();
    final Map<String, byte[]> artifacts = new HashMap<>();
    final List<Integer> batchSizes = new ArrayList<>();
    boolean leased;
    boolean lost;
    boolean cancelling;
    Optional<Completion> completion = Optional.empty();
    int renewals;
    /** When it was last renewed, as of System.nanoTime. */
    long renewedAt;

    Ledger(Job job) {
        this.job = job;
    }
}
