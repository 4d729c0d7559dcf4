package pond.server.architecture.planted.cli.text;

import pond.server.architecture.planted.cli.PlantedCommand;

/** Breaks a fence on purpose. */
public record KnowsACommand(PlantedCommand command) {}
