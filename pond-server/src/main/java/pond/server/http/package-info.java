/**
 * HTTP for every other room: the server, how bodies and parameters are read, how answers, long polls and errors are
 * written. The invariant: every response carries {@code X-Request-Id}, and every error is a problem document that says
 * nothing about the inside of the server. Read {@link pond.server.http.HttpServer} first, then
 * {@link pond.server.http.Answers}, which handlers use most.
 */
@NullMarked
package pond.server.http;

import org.jspecify.annotations.NullMarked;
