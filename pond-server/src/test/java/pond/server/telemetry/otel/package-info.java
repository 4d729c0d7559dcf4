/** Tests of what operators see of a server. */
@org.jspecify.annotations.NullMarked
package pond.server.telemetry.otel;
