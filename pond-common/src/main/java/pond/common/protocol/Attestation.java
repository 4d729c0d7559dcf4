package pond.common.protocol;

/**
 * A worker's signature under how an agent's job ended. It says that the holder of the worker's key reported this, and no
 * more: not that it is true.
 *
 * @param usage what the job's model calls used, as the worker counted; the server must have the same
 * @param signature Ed25519 over {@link AttestedEnd#bytes}, in base64url without padding
 */
public record Attestation(UsageTotals usage, String signature) {}
