package pond.common.definition;

/** One stage runs before another: {@code from} must be done before {@code to} starts. Both are stage keys. */
public record Edge(String from, String to) {}
