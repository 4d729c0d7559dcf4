package pond.worker.sandbox.bubblewrap;

/** Where things are inside a sandbox: the same for every stage, and telling nothing of the machine. */
public final class SandboxPaths {
    public static final String SOURCE = "/stage/src";
    public static final String OUTPUT = "/stage/out";
    public static final String INPUTS = "/stage/in";
    public static final String INPUTS_BY_STAGE = "/stage/in-by-stage";
    public static final String HOME = "/home/agent";
    public static final String TEMP = "/tmp";

    /** Where the files are that a HOME in memory begins with. */
    public static final String HOME_FILES = "/run/pond/home";

    /** The socket of the egress proxy, and the loopback port that a relay is to lead to it. */
    public static final String EGRESS_SOCKET = "/run/pond/egress.sock";

    public static final int EGRESS_PORT = 3128;

    /** The socket of the model broker, and the loopback port that a relay is to lead to it. */
    public static final String BROKER_SOCKET = "/run/pond/broker.sock";

    public static final int BROKER_PORT = 3129;

    private SandboxPaths() {}
}
