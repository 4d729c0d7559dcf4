package pond.worker.sandbox.bubblewrap;

/**
 * System calls that the filter knows, with their numbers on each machine, -1 where it has no such call. The numbers are
 * those of the Linux headers: {@code asm/unistd_64.h} for x86_64, {@code asm-generic/unistd.h} for aarch64.
 */
enum Syscall {
    // Namespaces and mounts.
    UNSHARE(Verdict.NOT_PERMITTED, 272, 97),
    SETNS(Verdict.NOT_PERMITTED, 308, 268),
    MOUNT(Verdict.NOT_PERMITTED, 165, 40),
    UMOUNT2(Verdict.NOT_PERMITTED, 166, 39),
    PIVOT_ROOT(Verdict.NOT_PERMITTED, 155, 41),
    CHROOT(Verdict.NOT_PERMITTED, 161, 51),
    MOVE_MOUNT(Verdict.NOT_PERMITTED, 429, 429),
    OPEN_TREE(Verdict.NOT_PERMITTED, 428, 428),
    OPEN_TREE_ATTR(Verdict.NOT_PERMITTED, 467, 467),
    FSOPEN(Verdict.NOT_PERMITTED, 430, 430),
    FSCONFIG(Verdict.NOT_PERMITTED, 431, 431),
    FSMOUNT(Verdict.NOT_PERMITTED, 432, 432),
    FSPICK(Verdict.NOT_PERMITTED, 433, 433),
    MOUNT_SETATTR(Verdict.NOT_PERMITTED, 442, 442),

    // Other processes.
    PTRACE(Verdict.NOT_PERMITTED, 101, 117),
    PROCESS_VM_READV(Verdict.NOT_PERMITTED, 310, 270),
    PROCESS_VM_WRITEV(Verdict.NOT_PERMITTED, 311, 271),
    KCMP(Verdict.NOT_PERMITTED, 312, 272),
    PIDFD_GETFD(Verdict.NOT_PERMITTED, 438, 438),

    // Parts of the kernel with a large surface.
    BPF(Verdict.NOT_PERMITTED, 321, 280),
    PERF_EVENT_OPEN(Verdict.NOT_PERMITTED, 298, 241),
    USERFAULTFD(Verdict.NOT_PERMITTED, 323, 282),
    KEYCTL(Verdict.NOT_PERMITTED, 250, 219),
    ADD_KEY(Verdict.NOT_PERMITTED, 248, 217),
    REQUEST_KEY(Verdict.NOT_PERMITTED, 249, 218),
    FANOTIFY_INIT(Verdict.NOT_PERMITTED, 300, 262),
    LOOKUP_DCOOKIE(Verdict.NOT_PERMITTED, 212, 18),

    // The machine itself.
    KEXEC_LOAD(Verdict.NOT_PERMITTED, 246, 104),
    KEXEC_FILE_LOAD(Verdict.NOT_PERMITTED, 320, 294),
    INIT_MODULE(Verdict.NOT_PERMITTED, 175, 105),
    FINIT_MODULE(Verdict.NOT_PERMITTED, 313, 273),
    DELETE_MODULE(Verdict.NOT_PERMITTED, 176, 106),
    CREATE_MODULE(Verdict.NOT_PERMITTED, 174, -1),
    SWAPON(Verdict.NOT_PERMITTED, 167, 224),
    SWAPOFF(Verdict.NOT_PERMITTED, 168, 225),
    REBOOT(Verdict.NOT_PERMITTED, 169, 142),
    SYSLOG(Verdict.NOT_PERMITTED, 103, 116),
    ACCT(Verdict.NOT_PERMITTED, 163, 89),
    QUOTACTL(Verdict.NOT_PERMITTED, 179, 60),
    QUOTACTL_FD(Verdict.NOT_PERMITTED, 443, 443),
    USELIB(Verdict.NOT_PERMITTED, 134, -1),
    NFSSERVCTL(Verdict.NOT_PERMITTED, 180, 42),
    VHANGUP(Verdict.NOT_PERMITTED, 153, 58),
    IOPL(Verdict.NOT_PERMITTED, 172, -1),
    IOPERM(Verdict.NOT_PERMITTED, 173, -1),
    SETHOSTNAME(Verdict.NOT_PERMITTED, 170, 161),
    SETDOMAINNAME(Verdict.NOT_PERMITTED, 171, 162),
    CLOCK_SETTIME(Verdict.NOT_PERMITTED, 227, 112),
    CLOCK_ADJTIME(Verdict.NOT_PERMITTED, 305, 266),
    ADJTIMEX(Verdict.NOT_PERMITTED, 159, 171),
    SETTIMEOFDAY(Verdict.NOT_PERMITTED, 164, 170),

    // Files by a handle instead of a path.
    OPEN_BY_HANDLE_AT(Verdict.NOT_PERMITTED, 304, 265),
    NAME_TO_HANDLE_AT(Verdict.NOT_PERMITTED, 303, 264),

    // Memory of other nodes.
    MBIND(Verdict.NOT_PERMITTED, 237, 235),
    SET_MEMPOLICY(Verdict.NOT_PERMITTED, 238, 237),
    GET_MEMPOLICY(Verdict.NOT_PERMITTED, 239, 236),
    SET_MEMPOLICY_HOME_NODE(Verdict.NOT_PERMITTED, 450, 450),
    MIGRATE_PAGES(Verdict.NOT_PERMITTED, 256, 238),
    MOVE_PAGES(Verdict.NOT_PERMITTED, 279, 239),

    // The C library falls back to clone, whose flags can be looked at.
    CLONE3(Verdict.NOT_IMPLEMENTED, 435, 435),

    // Work that the kernel does on its own, past this filter.
    IO_URING_SETUP(Verdict.NOT_IMPLEMENTED, 425, 425),
    IO_URING_ENTER(Verdict.NOT_IMPLEMENTED, 426, 426),
    IO_URING_REGISTER(Verdict.NOT_IMPLEMENTED, 427, 427),

    // Judged by their arguments.
    CLONE(Verdict.ALLOW, 56, 220),
    IOCTL(Verdict.ALLOW, 16, 29),
    SOCKET(Verdict.ALLOW, 41, 198),
    SOCKETPAIR(Verdict.ALLOW, 53, 199);

    private final Verdict verdict;
    private final int x86;
    private final int arm;

    Syscall(Verdict verdict, int x86, int arm) {
        this.verdict = verdict;
        this.x86 = x86;
        this.arm = arm;
    }

    /** The answer without a look at the arguments; {@link Verdict#ALLOW} for those whose arguments decide. */
    Verdict verdict() {
        return verdict;
    }

    /** Its number on this machine, -1 when there is none. */
    int number(SeccompFilter.Machine machine) {
        return switch (machine) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }
}
