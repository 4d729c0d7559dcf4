package pond.worker.executors;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.protocol.Job.BundleRef;
import pond.worker.checkout.CopyMethod;
import pond.worker.checkout.SharedCheckout;
import pond.worker.checkout.Throwaway;
import pond.worker.sandbox.bubblewrap.CheckoutFolder;
import pond.worker.sandbox.bubblewrap.CheckoutMount;

/** What a confined stage sees as its checkout: the tree that all jobs of its bundle share, or its own view or copy of it. */
final class ConfinedCheckout {
    private ConfinedCheckout() {}

    static CheckoutFolder of(ExecutionContext context, CheckoutMount mount) throws IOException, InterruptedException {
        @Nullable BundleRef bundle = context.job().bundle();
        if (bundle == null) {
            // Nothing to share, so nothing to copy.
            return new CheckoutFolder.Own(context.checkout(), 0);
        }
        SharedCheckout shared = context.sharedCheckout();
        return switch (mount) {
            case READ_ONLY -> new CheckoutFolder.Shared(shared.tree());
            case WRITABLE -> throwaway(context, bundle, shared.throwaway());
        };
    }

    private static CheckoutFolder throwaway(ExecutionContext context, BundleRef bundle, Throwaway throwaway) {
        if (throwaway instanceof Throwaway.Overlay overlay) {
            return new CheckoutFolder.Overlaid(overlay.mount());
        }
        CopyMethod method = throwaway.method();
        context.line(
                LogStream.SYSTEM,
                "no overlay works on this worker, so this stage was made a " + method + " of the checkout");
        // A tar is never smaller than the files in it.
        return new CheckoutFolder.Own(throwaway.written(), bundle.size());
    }
}
