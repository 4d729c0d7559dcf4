package pond.worker.egress;

import java.util.List;
import java.util.OptionalInt;
import pond.common.net.AddressRange;

/**
 * What the operator of a worker decides, for all its stages.
 *
 * @param builtIn hosts that every stage may reach, written like a stage's own; usually {@link BuiltInHosts}
 * @param openRanges addresses that are reachable although they are private; link-local and metadata addresses stay shut
 * @param sandboxUid who gets the socket, when stages run as another user than the worker does
 */
public record EgressRules(
        List<String> builtIn, List<AddressRange> openRanges, OptionalInt sandboxUid, EgressLimits limits) {
    public EgressRules {
        builtIn = List.copyOf(builtIn);
        openRanges = List.copyOf(openRanges);
    }
}
