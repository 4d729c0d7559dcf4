/**
 * The providers whose calls can be brokered, one class each: where its server is, where the key goes, which paths are
 * forwarded, how an error looks and how usage is read. A provider that is not here is refused by name.
 *
 * <p>The invariant: what is not listed here is not forwarded. Read {@link pond.worker.broker.provider.Provider} first.
 */
@NullMarked
package pond.worker.broker.provider;

import org.jspecify.annotations.NullMarked;
