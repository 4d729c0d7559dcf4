package pond.server.dispatch;

import pond.server.artifacts.ArtifactService;
import pond.server.harnesses.Harnesses;
import pond.server.logs.LogService;
import pond.server.models.Models;
import pond.server.swarm.BudgetsLeft;

/** The rooms that stages with agents need beside those of every stage. */
public record Agents(
        Harnesses harnesses, Models models, ArtifactService artifacts, LogService logs, BudgetsLeft budgets) {}
