package pond.worker.identity;

import org.jspecify.annotations.Nullable;
import pond.common.ids.WorkerId;
import pond.worker.identity.Identity.Enrolment;

/** {@code identity.json} as it is written: flat, and anything may be missing from a damaged one. */
record IdentityRecord(
        @Nullable String server,
        @Nullable WorkerId worker,
        @Nullable String bearer,
        @Nullable String sealingPublicKey,
        @Nullable String sealingPrivateKey,
        @Nullable String signingPublicKey,
        @Nullable String signingPrivateKey) {

    static IdentityRecord of(Identity identity) {
        Enrolment enrolment = identity.enrolment();
        return new IdentityRecord(
                enrolment == null ? null : enrolment.server(),
                enrolment == null ? null : enrolment.worker(),
                enrolment == null ? null : enrolment.bearer(),
                identity.keys().sealing().publicKey(),
                identity.keys().sealing().privateKey(),
                identity.keys().signing().publicKey(),
                identity.keys().signing().privateKey());
    }

    /** Null when a part is missing. */
    @Nullable
    Identity identity() {
        if (sealingPublicKey == null
                || sealingPrivateKey == null
                || signingPublicKey == null
                || signingPrivateKey == null) {
            return null;
        }
        WorkerKeys keys = new WorkerKeys(
                new WorkerKeys.Pair(sealingPublicKey, sealingPrivateKey),
                new WorkerKeys.Pair(signingPublicKey, signingPrivateKey));
        if (server == null && worker == null && bearer == null) {
            return new Identity(keys, null);
        }
        return server == null || worker == null || bearer == null
                ? null
                : new Identity(keys, new Enrolment(server, worker, bearer));
    }

    @Override
    public String toString() {
        return "IdentityRecord[worker=" + worker + "]";
    }
}
