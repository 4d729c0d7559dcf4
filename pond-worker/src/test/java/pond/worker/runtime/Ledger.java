package pond.worker.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Progress;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageRecord;

/** What a {@link FakeServer}, whose monitor guards it, knows of a job. */
final class Ledger {
    final Job job;
    final List<LogBatch.Line> lines = new ArrayList<>();
    final List<Progress> progress = new ArrayList<>();
    final Map<String, byte[]> artifacts = new HashMap<>();
    final List<Integer> batchSizes = new ArrayList<>();
    final Map<UUID, UsageRecord> usage = new LinkedHashMap<>();
    final List<Integer> usageBatches = new ArrayList<>();
    Optional<SealedCredential> credential = Optional.empty();
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
