package pond.common.protocol;

import org.jspecify.annotations.Nullable;
import pond.common.ids.ArtifactName;

/**
 * An artifact of an earlier stage.
 *
 * @param flat whether it is the one that a stage sees under its bare name: the nearest ancestor's
 */
public record InputArtifact(
        String stage, @Nullable String substage, ArtifactName name, long size, String sha256, boolean flat) {}
