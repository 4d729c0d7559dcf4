package pond.worker.broker;

/** A job's model calls cannot be brokered. The message says why and holds no secret. */
public final class BrokerRefused extends Exception {
    public BrokerRefused(String message) {
        super(message);
    }
}
