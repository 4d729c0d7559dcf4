/**
 * The folders of a stage as files on disk: a bundle becomes a checkout, what the stage leaves becomes artifacts, and in
 * the end all of it goes. Nothing here follows a link that a bundle or a stage has made, and nothing is written, read or
 * deleted outside the folder that was named. {@link pond.worker.checkout.BundleExtractor} is the file to read first.
 */
@NullMarked
package pond.worker.checkout;

import org.jspecify.annotations.NullMarked;
