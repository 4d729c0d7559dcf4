package pond.server.swarm;

import pond.common.api.Failure;

/** A fan-out cannot begin, or its results cannot be joined: the stage fails, for the reason that this names. */
public final class FanOutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    FanOutException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The reason as the stage shows it. */
    public Failure failure() {
        return new Failure(code, String.valueOf(getMessage()));
    }

    /** There is no artifact that the areas could come from. */
    public static FanOutException noArtifact(String name) {
        return new FanOutException(
                "artifact_missing",
                "no stage before this one has left an artifact '" + name + "', which lists the areas of the fan-out");
    }

    /** The artifact is there, and is no list of areas. */
    public static FanOutException invalid(String message) {
        return new FanOutException("areas_invalid", message);
    }
}
