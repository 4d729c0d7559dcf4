package pond.common.api;

import pond.common.ids.RunId;

/**
 * What a run was made from.
 *
 * @param run its id; that run may be gone
 */
public record RerunOf(RunId run, RerunFrom from) {}
