/**
 * The JSON of /v1, one record a body, shared by the server that writes them and the client that reads them.
 * Component names are the field names that integrations rely on; read {@link pond.common.api.RunView} first.
 */
@NullMarked
package pond.common.api;

import org.jspecify.annotations.NullMarked;
