/**
 * What server and worker must agree on about bundles, the tars that carry a run's sources: the server refuses to pack what
 * the worker would refuse to extract. Read {@link pond.common.bundle.LinkRules}.
 */
@NullMarked
package pond.common.bundle;

import org.jspecify.annotations.NullMarked;
