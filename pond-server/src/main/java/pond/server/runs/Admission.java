package pond.server.runs;

import java.util.List;
import pond.common.ids.ProjectId;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.limits.DiskSpace;
import pond.server.limits.ProjectBytes;
import pond.server.limits.ProjectLimits;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;

/**
 * Whether there is room for another run, of its server and of its project.
 *
 * @param projects how much a project may have at a time
 * @param bytes how much it may have altogether
 */
public record Admission(Database database, DiskSpace disk, ProjectLimits projects, ProjectBytes bytes) {
    /** Room for every run. */
    public static Admission unbounded(Database database) {
        ProjectBytes unbounded = new ProjectBytes(database, database, 0, () -> 0);
        return new Admission(database, DiskSpace.unbounded(), ProjectLimits.none(), unbounded);
    }

    /** Before anything is stored of a run; throws what its caller is to be told. Not for the writer's thread. */
    void requireRoom(ProjectId project) {
        disk.requireRoomForRun();
        bytes.requireRoom(project);
        if (projects.boundsQueue()) {
            database.read(tx -> {
                requirePlace(tx, project);
                return true;
            });
        }
    }

    /** In the transaction that stores the run: of two that ask at once for the last place, one gets it. */
    void requirePlace(Tx tx, ProjectId project) {
        projects.requirePlaceInQueue(tx, project);
    }

    /** The same waits, where those for workers say when it is the project's own limit that they wait for. */
    List<Wait> explained(Tx tx, ProjectId project, List<Wait> waits) {
        boolean limited = waits.stream().anyMatch(wait -> wait.code() == WaitCode.WORKERS_BUSY)
                && projects.isAtJobLimit(tx, project);
        return limited
                ? waits.stream()
                        .map(wait -> wait.code() == WaitCode.WORKERS_BUSY
                                ? wait.because(WaitCode.PROJECT_LIMIT, projects.jobLimit())
                                : wait)
                        .toList()
                : waits;
    }
}
