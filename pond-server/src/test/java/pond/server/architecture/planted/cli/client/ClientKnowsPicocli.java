package pond.server.architecture.planted.cli.client;

import picocli.CommandLine;

/** Breaks a fence on purpose. */
public record ClientKnowsPicocli(CommandLine line) {}
