package pond.worker.egress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Opens doors to the network, one for each sandboxed stage. Safe for use by several threads. */
public interface Egress {

    /**
     * Opens the door of one stage; who can connect to its socket is that stage, there is no password.
     *
     * @param allowHosts the stage's own entries: {@code host}, {@code *.suffix} (not the suffix itself), each with
     *     {@code :port} behind it or for port 443
     * @param socketFolder of this stage alone; made with mode 0711 when it is not there
     * @param log takes one line for each distinct refusal, from several threads, and a last one at the close
     * @throws IllegalArgumentException for an entry that cannot be read
     * @throws IOException when the socket cannot be made, also when its path is too long for one
     */
    Door open(List<String> allowHosts, Path socketFolder, Consumer<String> log) throws IOException;
}
