package pond.worker.broker.http;

/** The head of a response. */
public record ResponseHead(int status, Headers headers) {}
