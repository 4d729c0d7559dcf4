package pond.server.artifacts;

/** Stored bytes: their SHA-256 in lower-case hex, and how many there are. */
public record Digest(String sha256, long size) {}
