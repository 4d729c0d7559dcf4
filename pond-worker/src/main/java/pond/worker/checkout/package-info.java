/**
 * The folders of a stage as files on disk: a bundle becomes a checkout, what the stage leaves becomes artifacts, and in
 * the end all of it goes. Nothing here follows a link that a bundle or a stage has made, and nothing is written, read or
 * deleted outside the folder that was named. {@link pond.worker.checkout.BundleExtractor} is the file to read first, for
 * a checkout that is a stage's own; {@link pond.worker.checkout.SharedCheckout} for one that jobs share and change a copy
 * of.
 */
@NullMarked
package pond.worker.checkout;

import org.jspecify.annotations.NullMarked;
