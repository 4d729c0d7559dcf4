package pond.server.runs;

import java.security.GeneralSecurityException;
import java.util.List;
import pond.common.api.Callback;
import pond.server.db.Tx;
import pond.server.sealing.SourceKey;

/** Whom to tell of the end of a run, with the secret sealed until {@link #open} is called. */
public final class SealedCallback {
    private static final int RESEALED_AT_ONCE = 500;

    private final CallbackStore.Sealed sealed;
    private final SourceKey key;

    SealedCallback(CallbackStore.Sealed sealed, SourceKey key) {
        this.sealed = sealed;
        this.key = key;
    }

    /**
     * Seals the secrets of all callbacks anew, in a transaction of the caller's; how many there were.
     *
     * @param keys seals with the new key, opens with the old one too
     * @throws GeneralSecurityException when there is one that neither opens
     */
    public static int reseal(Tx tx, SourceKey keys) throws GeneralSecurityException {
        CallbackStore store = new CallbackStore();
        int count = 0;
        List<CallbackStore.Sealed> page = store.list(tx, "", RESEALED_AT_ONCE);
        while (!page.isEmpty()) {
            for (CallbackStore.Sealed one : page) {
                try {
                    store.updateSecret(
                            tx, one.run(), keys.reseal(one.secret(), one.run().toString()));
                } catch (GeneralSecurityException e) {
                    throw new GeneralSecurityException("the key does not open the callback of run " + one.run(), e);
                }
            }
            count += page.size();
            page = store.list(tx, page.get(page.size() - 1).run().toString(), RESEALED_AT_ONCE);
        }
        return count;
    }

    /**
     * The callback with its secret.
     *
     * @throws GeneralSecurityException when the server's source key is not the one that it was sealed with
     */
    public Callback open() throws GeneralSecurityException {
        return new Callback(sealed.url(), key.open(sealed.secret(), sealed.run().toString()));
    }
}
