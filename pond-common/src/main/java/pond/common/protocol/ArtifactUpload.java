package pond.common.protocol;

import pond.common.ids.ArtifactName;

/** What the bytes that follow must be: size in bytes and SHA-256 in hex; anything else is refused. */
public record ArtifactUpload(JobRef job, ArtifactName name, long size, String sha256) {}
