/**
 * The worker's side of the wire: {@link pond.common.protocol.WorkerProtocol} over HTTP, the enrolment, and a look at a
 * server for {@code doctor}. The invariant: a call that the server refused fails with a
 * {@link pond.common.protocol.ProtocolException}, and whatever else goes wrong is an {@link java.io.IOException}, which
 * means that nobody knows whether the call took effect; no message holds a bearer, a code or a lease token. Read
 * {@link pond.worker.transport.HttpWorkerProtocol} first.
 */
@NullMarked
package pond.worker.transport;

import org.jspecify.annotations.NullMarked;
