package pond.server.preflight;

import java.util.List;
import pond.common.api.Callback;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.server.sources.guard.AddressRules;
import pond.server.sources.guard.AllowedHost;
import pond.server.sources.guard.HostResolver;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceUrl;

/**
 * The address of a callback, as far as its text tells: names are looked up when something is sent, and the addresses
 * that they have then are what counts.
 */
final class CallbackCheck implements Check {
    private final AddressRules addresses;

    CallbackCheck(List<AllowedHost> allowed) {
        addresses = new AddressRules(allowed, HostResolver.system());
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        Callback callback = candidate.request().callback();
        if (callback == null) {
            return List.of();
        }
        try {
            addresses.vetWritten(SourceUrl.parse(callback.url()));
            return List.of();
        } catch (SourceException e) {
            return List.of(Problem.of(
                    ProblemCode.CALLBACK_INVALID, null, "callback.url", "field 'url' is refused: " + e.getMessage()));
        }
    }
}
