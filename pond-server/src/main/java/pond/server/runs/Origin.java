package pond.server.runs;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.api.RerunOf;
import pond.common.protocol.Job.BundleRef;

/**
 * What a run that is made from an earlier one takes over from that, besides stages.
 *
 * @param bundle what the sources had become, when that is still kept and their fetch is not repeated
 * @param revisions what each source had been resolved to, by label; a fetch is held to it
 */
public record Origin(RerunOf of, @Nullable BundleRef bundle, Map<String, String> revisions) {
    public Origin {
        revisions = Map.copyOf(revisions);
    }
}
