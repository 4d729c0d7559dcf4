package pond.server.architecture.planted.cli;

/** What {@link pond.server.architecture.planted.cli.text.KnowsACommand} may not know. */
public record PlantedCommand() {}
