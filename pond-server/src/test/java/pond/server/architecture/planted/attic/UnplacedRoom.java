package pond.server.architecture.planted.attic;

/** Breaks a fence on purpose. */
public record UnplacedRoom() {}
