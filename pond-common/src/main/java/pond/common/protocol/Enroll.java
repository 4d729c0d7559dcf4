package pond.common.protocol;

/**
 * A machine asks to become a worker; the enrolment code goes with it as the bearer of this one call. The machine has made
 * its keys and its own bearer before, and shows the server no more of them than it needs. Repeating it with the same code,
 * keys and bearer changes nothing: an answer may have been lost.
 *
 * @param protocol the version that it speaks, {@link WorkerProtocol#VERSION}
 * @param name for people, such as a host name
 * @param version of the worker's software, for people
 * @param sealingKey its X25519 public key, for secrets that only it may open: 32 bytes in url-safe base64
 * @param signingKey its Ed25519 public key, for what it attests: 32 bytes in url-safe base64
 * @param bearerSha256 of the bearer that its later calls show ({@link WorkerHttp#BEARER_PREFIX} and 32 random bytes in
 *     url-safe base64): 64 lower-case hex digits
 * @param proof that it holds the signing key, and wants just this: see {@link EnrollProof}
 */
public record Enroll(
        int protocol,
        String name,
        String version,
        String sealingKey,
        String signingKey,
        String bearerSha256,
        String proof) {}
