/**
 * The whole server, as its users see it: started as it is, spoken to over HTTP alone. {@link pond.server.scenarios.TestPond}
 * starts one, {@link pond.server.scenarios.Client} speaks to it, {@link pond.server.scenarios.Body} writes what is submitted.
 */
@NullMarked
package pond.server.scenarios;

import org.jspecify.annotations.NullMarked;
