package pond.server.swarm;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.RawKeys;
import pond.common.protocol.UsageTotals;
import pond.server.db.Tx;
import pond.server.enrollment.EnrollmentService;
import pond.server.usage.UsageService;

/**
 * Checks what workers sign of how agents' jobs ended, and keeps the verdict. Verified means that the holder of the
 * worker's key said so, and nothing more. Holds no state; safe to share.
 */
public final class Attestations {
    private static final String VERIFIED = "verified";

    private final EnrollmentService enrollment;
    private final UsageService usage;
    private final AttestationStore store = new AttestationStore();

    public Attestations(EnrollmentService enrollment, UsageService usage) {
        this.enrollment = enrollment;
        this.usage = usage;
    }

    /**
     * Whether a signature is that of the key which the worker told when it enrolled; false also for a text that is none.
     * To look takes a while: better not in a transaction that writes.
     */
    public boolean isSigned(Tx tx, WorkerId identity, AttestedEnd end, String signature) {
        return enrollment
                .find(tx, identity)
                .filter(worker -> isSigned(worker.signingKey(), end, signature))
                .isPresent();
    }

    private static boolean isSigned(String key, AttestedEnd end, String signature) {
        try {
            Base64.Decoder base64 = Base64.getUrlDecoder();
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(RawKeys.ed25519Public(base64.decode(key)));
            check.update(end.bytes());
            return check.verify(base64.decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** How what a worker signed for compares with what it has reported. */
    public enum Tally {
        SAME,
        /** Records may still be on their way. */
        NOT_ALL_HERE,
        /** No record to come can make them the same. */
        DIFFERENT
    }

    /** Compares the signed sums of a job with its records that have arrived. */
    public Tally tally(Tx tx, JobId job, UsageTotals signed) {
        UsageTotals here = usage.totals(tx, job);
        if (here.equals(signed)) {
            return Tally.SAME;
        }
        boolean within = here.calls() < signed.calls()
                && here.inputTokens() <= signed.inputTokens()
                && here.cacheReadTokens() <= signed.cacheReadTokens()
                && here.cacheWriteTokens() <= signed.cacheWriteTokens()
                && here.outputTokens() <= signed.outputTokens()
                && here.reasoningTokens() <= signed.reasoningTokens();
        return within ? Tally.NOT_ALL_HERE : Tally.DIFFERENT;
    }

    /** The latest attempt has ended as its worker signed. */
    public void verified(Tx tx, RunId run, int position, @Nullable String substage) {
        store.update(tx, run, position, substage, VERIFIED);
    }
}
