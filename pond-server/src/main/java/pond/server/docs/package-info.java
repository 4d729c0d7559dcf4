/**
 * What the server says about itself: its pages, and the OpenAPI document of {@code /v1} with the reference that is made
 * from it. The invariant: a page needs nothing from elsewhere, no script, font or picture. Read
 * {@link pond.server.docs.DocsHandler} first.
 */
@NullMarked
package pond.server.docs;

import org.jspecify.annotations.NullMarked;
