/**
 * Names that cross a room or a wire, each checked once, when it is made; code that holds one may rely on its form.
 */
@NullMarked
package pond.common.ids;

import org.jspecify.annotations.NullMarked;
