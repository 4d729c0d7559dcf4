/**
 * The two ways pond reads JSON: strictly from callers of /v1, leniently between servers and workers of different
 * versions. Nothing else in the project makes an ObjectMapper. Read {@link pond.common.json.Json}.
 */
@NullMarked
package pond.common.json;

import org.jspecify.annotations.NullMarked;
