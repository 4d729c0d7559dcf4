package pond.server.credentials;

import java.util.List;
import pond.server.db.Tx;

/** Who relies on a credential; answered by the {@code models} room. */
public interface CredentialUsers {
    /** The keys of the models that name it. */
    List<String> listUsersOf(Tx tx, String credential);
}
