/**
 * The workflow that a caller submits: stages, edges, executors, sandbox blocks, sources, and the rules on their shape
 * that need no server. A {@link pond.common.definition.Definition} that exists has passed
 * {@link pond.common.definition.DefinitionRules}; read that class first.
 */
@NullMarked
package pond.common.definition;

import org.jspecify.annotations.NullMarked;
