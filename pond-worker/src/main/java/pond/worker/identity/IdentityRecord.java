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
                identity.bearer().text(),
                identity.keys().sealing().publicKey(),
                identity.keys().sealing().privateKey(),
                identity.keys().signing().publicKey(),
                identity.keys().signing().privateKey());
    }

    /** Null when a part is missing; {@link IllegalArgumentException} when the bearer is none. */
    @Nullable
    Identity identity() {
        if (bearer == null
                || sealingPublicKey == null
                || sealingPrivateKey == null
                || signingPublicKey == null
                || signingPrivateKey == null) {
            return null;
        }
        WorkerKeys keys = new WorkerKeys(
                new WorkerKeys.Pair(sealingPublicKey, sealingPrivateKey),
                new WorkerKeys.Pair(signingPublicKey, signingPrivateKey));
        Identity identity = new Identity(keys, new Bearer(bearer), null);
        if (server == null && worker == null) {
            return identity;
        }
        return server == null || worker == null ? null : identity.enrolled(server, worker);
    }

    @Override
    public String toString() {
        return "IdentityRecord[worker=" + worker + "]";
    }
}
