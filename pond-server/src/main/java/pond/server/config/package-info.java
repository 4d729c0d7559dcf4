/**
 * The settings of a server. Each is declared once, in {@link pond.server.config.Settings}, with its name, form, default and
 * one sentence; reading, refusing, printing and the documentation's table all follow from that. Read
 * {@link pond.server.config.ServerConfig} for what the rest of the server sees.
 */
@NullMarked
package pond.server.config;

import org.jspecify.annotations.NullMarked;
