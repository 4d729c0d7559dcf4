package pond.worker.broker;

import pond.common.protocol.UsageRecord;

/** Is told what a job uses, from several threads; it should not block for long, as a call's end waits for it. */
public interface UsageSink {
    /** One call to the provider has ended, well or not. */
    void record(UsageRecord call);

    /** The budget is used up, told once: the job should be stopped. May come in the middle of a call. */
    void budgetExceeded(String reason);
}
