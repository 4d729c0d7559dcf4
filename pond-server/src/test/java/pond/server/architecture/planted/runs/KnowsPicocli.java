package pond.server.architecture.planted.runs;

import picocli.CommandLine;

/** Breaks a fence on purpose. */
public record KnowsPicocli(CommandLine line) {}
