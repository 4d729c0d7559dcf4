/**
 * The kill matrix: every call of the worker protocol and every write of {@code /v1}, each with its server or its caller
 * killed before, while and after it takes effect, and with its request or its answer lost. The rows come from the OpenAPI
 * document, the columns are {@link pond.server.killmatrix.Fault}; there is no cell without a meaning, so none is left out. Read
 * {@link pond.server.killmatrix.WorkerKillsIT} first.
 */
@NullMarked
package pond.server.killmatrix;

import org.jspecify.annotations.NullMarked;
