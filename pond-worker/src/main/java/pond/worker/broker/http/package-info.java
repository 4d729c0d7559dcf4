/**
 * The HTTP/1.1 that the broker speaks with both sides: heads read strictly and within a bound, bodies whose end is known,
 * and a watch over everything that may hang. Nothing here knows a provider.
 *
 * <p>The invariant: there is one reading of a message or none, so that what the broker checked is what the other side
 * understands. Read {@link pond.worker.broker.http.HeadReader} first, then {@code Body}.
 */
@NullMarked
package pond.worker.broker.http;

import org.jspecify.annotations.NullMarked;
