package pond.worker.sandbox.bubblewrap;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * The program that the kernel runs before each system call of a stage: a classic BPF program (seccomp(2), struct
 * sock_filter), as bytes for bubblewrap's {@code --seccomp}. It keeps out what no build needs and much of what sandboxes
 * were left by; everything else is allowed.
 */
final class SeccompFilter {
    /** Instructions of linux/bpf_common.h: load a word at an offset, jump on equal, not less, any bit, return. */
    private static final int LOAD = 0x20;

    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_NOT_LESS = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    /** Offsets in struct seccomp_data; of an argument the low half, both machines being little-endian. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;
    private static final int SECOND_ARGUMENT = 24;

    /** Calls of the 32-bit-pointer form of x86_64 have this bit; they would pass a filter by number. */
    private static final int X32 = 0x40000000;

    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of linux/sched.h; NEWTIME is none for clone. */
    private static final int NEW_NAMESPACE = 0x7E020000;

    /** TIOCSTI and TIOCLINUX of asm-generic/ioctls.h: both put characters into a terminal's input. */
    private static final int[] TERMINAL_INPUT = {0x5412, 0x541C};

    /** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK; a network namespace does not cover all others, vsock for one. */
    private static final int[] FAMILIES = {1, 2, 10, 16};

    private final ByteArrayOutputStream program = new ByteArrayOutputStream();

    private SeccompFilter() {}

    /** The machines whose numbers are known, with their AUDIT_ARCH of linux/audit.h. */
    enum Machine {
        X86_64(0xC000003E),
        AARCH64(0xC00000B7);

        private final int audit;

        Machine(int audit) {
            this.audit = audit;
        }

        int audit() {
            return audit;
        }

        /** By Java's name for it; empty for any other, on which there is no sandbox. */
        static Optional<Machine> named(String osArch) {
            return switch (osArch) {
                case "amd64", "x86_64" -> Optional.of(X86_64);
                case "aarch64" -> Optional.of(AARCH64);
                default -> Optional.empty();
            };
        }
    }

    /** The program for a machine: eight bytes an instruction. */
    static byte[] program(Machine machine) {
        SeccompFilter filter = new SeccompFilter();
        filter.build(machine);
        return filter.program.toByteArray();
    }

    private void build(Machine machine) {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(JUMP_EQUAL, 1, 0, machine.audit());
        answer(Verdict.NOT_IMPLEMENTED);
        add(LOAD, 0, 0, NUMBER);
        if (machine == Machine.X86_64) {
            add(JUMP_NOT_LESS, 0, 1, X32);
            answer(Verdict.NOT_IMPLEMENTED);
        }
        for (Syscall call : Syscall.values()) {
            int number = call.number(machine);
            if (number >= 0 && call.verdict() != Verdict.ALLOW) {
                add(JUMP_EQUAL, 0, 1, number);
                answer(call.verdict());
            }
        }
        add(JUMP_EQUAL, 0, 4, Syscall.CLONE.number(machine));
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(JUMP_ANY_BIT, 0, 1, NEW_NAMESPACE);
        answer(Verdict.NOT_PERMITTED);
        answer(Verdict.ALLOW);

        add(JUMP_EQUAL, 0, 5, Syscall.IOCTL.number(machine));
        add(LOAD, 0, 0, SECOND_ARGUMENT);
        add(JUMP_EQUAL, 1, 0, TERMINAL_INPUT[0]);
        add(JUMP_EQUAL, 0, 1, TERMINAL_INPUT[1]);
        answer(Verdict.NOT_PERMITTED);
        answer(Verdict.ALLOW);

        add(JUMP_EQUAL, 2, 0, Syscall.SOCKET.number(machine));
        add(JUMP_EQUAL, 1, 0, Syscall.SOCKETPAIR.number(machine));
        answer(Verdict.ALLOW);
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        for (int family : FAMILIES) {
            add(JUMP_EQUAL, 0, 1, family);
            answer(Verdict.ALLOW);
        }
        answer(Verdict.NO_SUCH_FAMILY);
    }

    private void answer(Verdict verdict) {
        add(RETURN, 0, 0, verdict.code());
    }

    /** One struct sock_filter: u16 code, u8 jump when true, u8 when false, u32 operand. */
    private void add(int code, int whenTrue, int whenFalse, int operand) {
        program.write(code);
        program.write(code >> 8);
        program.write(whenTrue);
        program.write(whenFalse);
        for (int shift = 0; shift < 32; shift += 8) {
            program.write(operand >> shift);
        }
    }
}
