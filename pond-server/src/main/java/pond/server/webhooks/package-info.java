/**
 * Webhooks: telling a receiver that a run has ended. A delivery is stored in the transaction in which the run ends, with
 * the body that is sent, and stays until a receiver has taken it or a day has passed; so none is lost, and one may come
 * twice. Connections go through {@link pond.server.sources.guard.GuardedHttp}, under an allow-list of their own. Read
 * {@link pond.server.webhooks.WebhookService} first, then {@link pond.server.webhooks.Courier}.
 */
@NullMarked
package pond.server.webhooks;

import org.jspecify.annotations.NullMarked;
