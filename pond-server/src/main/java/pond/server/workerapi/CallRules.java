package pond.server.workerapi;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.definition.ExecutorKind;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attestation;
import pond.common.protocol.Completion;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerProtocol;
import pond.common.protocol.WorkerWords;
import pond.server.enrollment.EnrollmentService;
import pond.server.workers.Party;

/** What a worker may say. It may be newer, broken or hostile; what cannot be stored or makes no sense is refused here. */
final class CallRules {
    /** The most characters of a message for people. */
    private static final int MAX_MESSAGE = 16 * 1024;

    private static final int MAX_WORD = 256;
    private static final int MAX_REFUSED = 100;
    private static final int MAX_ARTIFACTS = 10_000;
    private static final int MAX_USAGE = 10_000;
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Instant FIRST = Instant.EPOCH;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private CallRules() {}

    /** Only the server's own worker fetches: sources, and the secrets that they need, never leave the server. */
    static void check(Attach attach, Party party) {
        if (!WorkerProtocol.isServed(attach.protocol())) {
            throw EnrollmentService.upgrade(attach.protocol());
        }
        WorkerWords.problem(attach).ifPresent(problem -> {
            throw new ProtocolException(Refusal.INVALID, problem);
        });
        require(
                party.local() || !attach.executors().contains(ExecutorKind.FETCH),
                "the executor 'fetch' is the server's own");
    }

    static void check(RenewRequest request) {
        require(request.jobs().size() <= 2 * WorkerWords.MAX_SLOTS, "more jobs than any worker can hold");
        checkMessage(request.paused());
    }

    static void check(LogBatch batch) {
        require(batch.first() >= 1, "log lines are numbered from 1");
        batch.lines().forEach(line -> checkTime(line.at()));
    }

    static void check(Progress progress) {
        require(progress.done() >= 0 && progress.total() >= 0, "progress is not negative");
        checkMessage(progress.message());
    }

    static void check(List<UsageRecord> records) {
        require(records.size() <= MAX_USAGE, "at most " + MAX_USAGE + " usage records at a time");
        for (UsageRecord record : records) {
            boolean counts = record.inputTokens() >= 0
                    && record.cacheReadTokens() >= 0
                    && record.cacheWriteTokens() >= 0
                    && record.outputTokens() >= 0
                    && record.reasoningTokens() >= 0;
            require(counts, "what was used is not negative");
            checkWord(record.provider());
            checkWord(record.model());
            checkWord(record.modelAsked());
            checkTime(record.startedAt());
            checkTime(record.finishedAt());
        }
    }

    static void check(ArtifactUpload upload) {
        require(
                SHA_256.matcher(upload.sha256()).matches(),
                Refusal.ARTIFACT_REFUSED,
                "artifact '" + upload.name() + "' must come with its SHA-256, 64 lower-case hex digits");
        require(
                upload.size() >= 0,
                Refusal.ARTIFACT_REFUSED,
                "artifact '" + upload.name() + "' cannot have " + upload.size() + " bytes");
    }

    static void check(Completion completion) {
        require(completion.lastLog() >= 0, "the number of the last log line is not negative");
        require(completion.artifacts().size() <= MAX_ARTIFACTS, "at most " + MAX_ARTIFACTS + " artifacts a job");
        Outcome outcome = completion.outcome();
        boolean failed = switch (outcome.result()) {
            case FAILED, TIMEOUT -> true;
            case DONE, CANCELLED -> false;
        };
        Failure error = outcome.error();
        require(failed == (error != null), "an error belongs to a job that failed or timed out, and only there");
        if (error != null) {
            checkWord(error.code());
            checkMessage(error.message());
        }
        check(completion.attestation());
        Receipt receipt = completion.receipt();
        require(receipt.survivors() >= 0, "survivors are not negative");
        require(receipt.refused().size() <= MAX_REFUSED, "at most " + MAX_REFUSED + " refusals in a receipt");
        receipt.refused().forEach(CallRules::checkMessage);
        checkWord(receipt.confinement().profile());
        checkWord(receipt.confinement().effective());
        checkWord(receipt.confinement().backend());
    }

    private static void check(@Nullable Attestation attestation) {
        if (attestation != null) {
            UsageTotals usage = attestation.usage();
            boolean counts = LongStream.of(
                            usage.calls(),
                            usage.inputTokens(),
                            usage.cacheReadTokens(),
                            usage.cacheWriteTokens(),
                            usage.outputTokens(),
                            usage.reasoningTokens())
                    .allMatch(count -> count >= 0);
            require(counts, "what was used is not negative");
            checkWord(attestation.signature());
        }
    }

    private static void checkWord(@Nullable String word) {
        require(word == null || word.length() <= MAX_WORD, "a word has at most " + MAX_WORD + " characters");
    }

    private static void checkMessage(@Nullable String message) {
        require(
                message == null || message.length() <= MAX_MESSAGE,
                "a message has at most " + MAX_MESSAGE + " characters");
    }

    private static void checkTime(Instant at) {
        require(!at.isBefore(FIRST) && !at.isAfter(LAST), "a time lies between 1970 and 9999");
    }

    private static void require(boolean holds, String message) {
        require(holds, Refusal.INVALID, message);
    }

    private static void require(boolean holds, Refusal refusal, String message) {
        if (!holds) {
            throw new ProtocolException(refusal, message);
        }
    }
}
