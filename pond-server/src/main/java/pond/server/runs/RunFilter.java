package pond.server.runs;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.api.RunStatus;
import pond.common.ids.LabelMatch;
import pond.common.ids.ProjectId;

/**
 * Which runs a list is about; all of it must hold.
 *
 * @param project null: any
 * @param statuses none: any
 * @param labels of which a run must have all
 */
public record RunFilter(@Nullable ProjectId project, Set<RunStatus> statuses, List<LabelMatch> labels) {
    /** Each costs a look-up for every run that has the one before. */
    public static final int MAX_LABELS = 8;

    /** What a label to look for must be. */
    public static final String LABEL = "KEY=VALUE, or KEY alone; a key has 1 to 63 letters, digits, '.', '_', '/' or"
            + " '-', a value at most 256 characters";

    public RunFilter {
        statuses = Set.copyOf(statuses);
        labels = List.copyOf(labels);
    }
}
