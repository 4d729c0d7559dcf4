/**
 * What stands between the server and a source, or a receiver of webhooks: failures, the signal that ends a fetch, the
 * rules on addresses, the one HTTP client that obeys them, and the one sink for entries. No connection is made to an
 * address that {@link pond.server.sources.guard.AddressRules} has not vetted, and no entry reaches a bundle except through
 * {@link pond.server.sources.guard.BundleWriter}; read that class first.
 */
@NullMarked
package pond.server.sources.guard;

import org.jspecify.annotations.NullMarked;
