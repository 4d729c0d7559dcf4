/**
 * The workers inside the server: one for noop, builtin and shell stages, one that fetches sources. They attach, lease
 * and complete like any other worker; this is the only room that knows pond-worker.
 */
@NullMarked
package pond.server.local;

import org.jspecify.annotations.NullMarked;
