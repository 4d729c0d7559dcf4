package pond.common.api;

/** Why a run or a stage failed: a code for programs and a message for people. */
public record Failure(String code, String message) {}
