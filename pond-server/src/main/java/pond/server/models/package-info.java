/**
 * The models that stages may ask for, with their prices. The invariant: prices are whole micro-dollars per million tokens
 * inside, and are read and shown as decimal dollars without losing a digit. Read {@link pond.server.models.Models} first.
 */
@NullMarked
package pond.server.models;

import org.jspecify.annotations.NullMarked;
