/**
 * Sends metrics and spans to a collector, by OpenTelemetry's own kit and variables. The invariant: none of it is loaded
 * before it is known that somebody wants it, and none of it keeps anybody waiting: what does not fit into bounded queues is
 * dropped. Read {@link pond.server.telemetry.otel.OtelExport} first.
 */
@NullMarked
package pond.server.telemetry.otel;

import org.jspecify.annotations.NullMarked;
