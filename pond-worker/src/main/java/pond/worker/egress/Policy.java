package pond.worker.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import pond.worker.egress.wire.Denied;
import pond.worker.egress.wire.Target;

/** All that decides where the connections of one stage may go, and how long they may take. */
record Policy(AllowList allowed, AddressCheck addresses, EgressLimits limits) {

    /** Where to connect to. Nothing is looked up for a name that is not allowed: a lookup alone tells somebody. */
    List<InetAddress> vet(Target target) throws Denied, UnknownHostException {
        allowed.check(target);
        return addresses.vet(target);
    }
}
