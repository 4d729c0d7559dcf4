package pond.worker.runtime;

import pond.common.protocol.Attached;
import pond.common.protocol.Refusal;

/** What the parts of a worker learn about its attachment. Told on any thread; must not block. */
interface ServerNews {
    /** The server has answered. */
    void contact();

    /** A call under this attachment was refused in a way that ends the attachment. */
    void refused(Attached attachment, Refusal refusal);

    /** Jobs have come and were started. */
    void jobsCame();

    /** The server has ended a lease call that was to wait, without a job; it may have orders. */
    void answeredEarly();

    /** A lease call no longer waits; told on the timer thread, after its jobs were started. */
    void leaseAnswered();

    /** The server wants this worker to take no more jobs. */
    void drainOrdered();
}
