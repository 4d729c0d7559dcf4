/**
 * Brings a run's sources together: git repositories, archives, local folders and files from the request are fetched once
 * and packed into one bundle, which is all that a worker gets to see. Source credentials end here, nothing that was
 * fetched is ever extracted to this server's disk, and every fetch obeys the rules of {@code guard}. Read
 * {@link pond.server.sources.SourceFetcher} first.
 */
@NullMarked
package pond.server.sources;

import org.jspecify.annotations.NullMarked;
