package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import pond.worker.sandbox.bubblewrap.SeccompFilter.Machine;

/** The filter as the kernel would run it: its bytes are read by an interpreter of the test's own. */
class SeccompFilterTest {
    private static final int I386 = 0x40000003;

    @ParameterizedTest
    @EnumSource(Machine.class)
    void whatIsListedIsAnsweredAsListed(Machine machine) {
        for (Syscall call : Syscall.values()) {
            if (call.number(machine) >= 0) {
                assertThat(verdict(machine, call.number(machine), 1, 0))
                        .as(call.name())
                        .isEqualTo(call.verdict());
            }
        }
    }

    /** Numbers of calls that every program makes, by the headers: read, write, openat, execve, futex, clone's threads. */
    @ParameterizedTest
    @CsvSource({
        "X86_64,0",
        "X86_64,1",
        "X86_64,257",
        "X86_64,59",
        "X86_64,202",
        "AARCH64,63",
        "AARCH64,64",
        "AARCH64,56"
    })
    void whatEveryProgramNeedsIsAllowed(Machine machine, int number) {
        assertThat(verdict(machine, number, 0, 0)).isEqualTo(Verdict.ALLOW);
    }

    /** Against numbers that were looked up by hand, so that the table is not only compared with itself. */
    @ParameterizedTest
    @CsvSource({
        "X86_64,101,NOT_PERMITTED", "AARCH64,117,NOT_PERMITTED",
        "X86_64,165,NOT_PERMITTED", "AARCH64,40,NOT_PERMITTED",
        "X86_64,321,NOT_PERMITTED", "AARCH64,280,NOT_PERMITTED",
        "X86_64,250,NOT_PERMITTED", "AARCH64,219,NOT_PERMITTED",
        "X86_64,272,NOT_PERMITTED", "AARCH64,97,NOT_PERMITTED",
        "X86_64,425,NOT_IMPLEMENTED", "AARCH64,425,NOT_IMPLEMENTED",
        "X86_64,435,NOT_IMPLEMENTED", "AARCH64,435,NOT_IMPLEMENTED"
    })
    void theNumbersAreThoseOfTheMachine(Machine machine, int number, Verdict verdict) {
        assertThat(verdict(machine, number, 0, 0)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @EnumSource(Machine.class)
    void anotherMachinesCallsAreNotThere(Machine machine) {
        byte[] program = SeccompFilter.program(machine);

        assertThat(run(program, I386, 1, 0, 0)).isEqualTo(Verdict.NOT_IMPLEMENTED.code());
    }

    @Test
    void theFormWithShortPointersIsNotThere() {
        assertThat(verdict(Machine.X86_64, 0x40000000 | 101, 0, 0)).isEqualTo(Verdict.NOT_IMPLEMENTED);
        assertThat(verdict(Machine.X86_64, 0x40000000, 0, 0)).isEqualTo(Verdict.NOT_IMPLEMENTED);
    }

    @ParameterizedTest
    @CsvSource({"0x00020000", "0x02000000", "0x04000000", "0x08000000", "0x10000000", "0x20000000", "0x40000000"})
    void cloneMakesNoNamespace(String flag) {
        long flags = Long.decode(flag) | 17;

        for (Machine machine : Machine.values()) {
            int clone = Syscall.CLONE.number(machine);
            assertThat(verdict(machine, clone, flags, 0)).isEqualTo(Verdict.NOT_PERMITTED);
            assertThat(verdict(machine, clone, 0x003d0f00, 0)).as("a thread").isEqualTo(Verdict.ALLOW);
            assertThat(verdict(machine, clone, 17, 0)).as("a fork").isEqualTo(Verdict.ALLOW);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,ALLOW",
        "2,ALLOW",
        "10,ALLOW",
        "16,ALLOW",
        "0,NO_SUCH_FAMILY",
        "17,NO_SUCH_FAMILY",
        "31,NO_SUCH_FAMILY",
        "38,NO_SUCH_FAMILY",
        "40,NO_SUCH_FAMILY",
        "44,NO_SUCH_FAMILY"
    })
    void socketsAreOfFourFamilies(int family, Verdict expected) {
        for (Machine machine : Machine.values()) {
            assertThat(verdict(machine, Syscall.SOCKET.number(machine), family, 0))
                    .isEqualTo(expected);
            assertThat(verdict(machine, Syscall.SOCKETPAIR.number(machine), family, 0))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"0x5412,NOT_PERMITTED", "0x541C,NOT_PERMITTED", "0x5401,ALLOW", "0x5413,ALLOW"})
    void nothingIsTypedIntoATerminal(String request, Verdict expected) {
        for (Machine machine : Machine.values()) {
            int ioctl = Syscall.IOCTL.number(machine);
            assertThat(verdict(machine, ioctl, 0, Long.decode(request))).isEqualTo(expected);
            // The kernel looks at the low half only; so must we.
            assertThat(verdict(machine, ioctl, 0, (1L << 32) | Long.decode(request)))
                    .isEqualTo(expected);
        }
    }

    private static Verdict verdict(Machine machine, int number, long first, long second) {
        int code = run(SeccompFilter.program(machine), machine.audit(), number, first, second);
        for (Verdict verdict : Verdict.values()) {
            if (verdict.code() == code) {
                return verdict;
            }
        }
        throw new AssertionError("no verdict: " + Integer.toHexString(code));
    }

    /** Classic BPF, as far as seccomp takes it and the filter uses it. */
    private static int run(byte[] program, int architecture, int number, long first, long second) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture).putLong(16, first).putLong(24, second);
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(program.length % 8).isZero();
        assertThat(program.length / 8).isBetween(1, 4096);
        int accumulator = 0;
        for (int at = 0; ; at++) {
            int instruction = Short.toUnsignedInt(code.getShort(at * 8));
            int whenTrue = Byte.toUnsignedInt(code.get(at * 8 + 2));
            int whenFalse = Byte.toUnsignedInt(code.get(at * 8 + 3));
            int operand = code.getInt(at * 8 + 4);
            switch (instruction) {
                case 0x20 -> accumulator = data.getInt(operand);
                case 0x15 -> at += accumulator == operand ? whenTrue : whenFalse;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, operand) >= 0 ? whenTrue : whenFalse;
                case 0x45 -> at += (accumulator & operand) != 0 ? whenTrue : whenFalse;
                case 0x06 -> {
                    return operand;
                }
                default -> throw new AssertionError("no instruction of ours: " + instruction);
            }
        }
    }
}
