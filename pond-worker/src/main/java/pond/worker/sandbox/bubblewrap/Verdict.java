package pond.worker.sandbox.bubblewrap;

/** What the filter answers in the place of a system call; the numbers are those of seccomp(2) and errno(3). */
enum Verdict {
    ALLOW(0x7fff0000),
    /** As if the right were missing. */
    NOT_PERMITTED(0x00050000 | 1),
    /** As if the kernel did not have it; programs fall back to something older. */
    NOT_IMPLEMENTED(0x00050000 | 38),
    /** As if this family of sockets were not built in. */
    NO_SUCH_FAMILY(0x00050000 | 97);

    private final int code;

    Verdict(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
