package pond.server.usage;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.ids.LabelMatch;
import pond.common.ids.ProjectId;

/**
 * What is to be added up.
 *
 * @param by one or two, different from each other
 * @param project null: any
 * @param labels of which a run must have all
 */
record UsageQuestion(List<Grouping> by, Span span, @Nullable ProjectId project, List<LabelMatch> labels) {
    static final int MAX_GROUPINGS = 2;
    static final int MAX_LABELS = 8;

    UsageQuestion {
        by = List.copyOf(by);
        labels = List.copyOf(labels);
    }
}
