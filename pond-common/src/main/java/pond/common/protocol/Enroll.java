package pond.common.protocol;

/**
 * A machine asks to become a worker; the enrolment code goes with it as the bearer. Repeating it with the same code and
 * keys gives another bearer in place of the first, and does not use the code up further.
 *
 * @param protocol the version that it speaks, {@link WorkerProtocol#VERSION}
 * @param name for people, such as a host name
 * @param version of the worker's software, for people
 * @param sealingKey its X25519 public key, for secrets that only it may open: 32 bytes in url-safe base64
 * @param signingKey its Ed25519 public key, for what it attests: 32 bytes in url-safe base64
 */
public record Enroll(int protocol, String name, String version, String sealingKey, String signingKey) {}
