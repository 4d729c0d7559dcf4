package pond.worker.sandbox;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a plain subprocess begins as: a program that makes a session of its own (setsid(2)) and then replaces itself by the
 * one behind it in the argument list. A session is what keeps a stage's {@code kill 0} and the terminal's Ctrl-C, which go
 * to a whole process group, from reaching across between stage and worker.
 *
 * <p>Ours is a few instructions without a library, written to a folder when it is first asked for, and tried once. Where it
 * is not known how to spell it, or it cannot be run, {@code setsid} of util-linux does the same; that costs the start of a
 * process with all its libraries. Safe for use by several threads.
 */
final class SessionLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLauncher.class);
    private static final List<Path> SETSID_PLACES = List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final int TRIED = 7;
    private static final long TRY_SECONDS = 5;

    /**
     * For x86-64 Linux: what the kernel has laid on the stack is the number of arguments, their addresses, a null, and the
     * addresses of the environment. A file that is no program is given to the shell, as execvp(3) does.
     */
    private static final String X86_64 = """
            b8 70000000     mov eax, 112            setsid; fails for the leader of a group only, which no child of ours is
            0f05            syscall
            488b0424        mov rax, [rsp]
            488d54c410      lea rdx, [rsp+rax*8+16] the environment
            488b7c2410      mov rdi, [rsp+16]       the program: the first argument of our own
            488d742410      lea rsi, [rsp+16]       its arguments, the program's name first
            b8 3b000000     mov eax, 59             execve
            0f05            syscall
            83f8 f8         cmp eax, -8             ENOEXEC
            75 16           jne failed
            488d3d 33000000 lea rdi, [rip+0x33]     the shell
            488d742408      lea rsi, [rsp+8]
            48893e          mov [rsi], rdi          in place of our own name, before the program's
            b8 3b000000     mov eax, 59             execve
            0f05            syscall
            bf 02000000     failed: mov edi, 2      standard error
            488d35 20000000 lea rsi, [rip+0x20]     the complaint
            ba 38000000     mov edx, 56             its length
            b8 01000000     mov eax, 1              write
            0f05            syscall
            bf 7e000000     mov edi, 126            what shells say of a program that cannot be executed
            b8 e7000000     mov eax, 231            exit_group
            0f05            syscall
            """;

    private static final String SHELL = "/bin/sh\0";
    private static final String COMPLAINT = "pond: the program or its interpreter cannot be executed\n";

    private final Optional<Path> folder;
    private final String machine;
    private Optional<Path> program = Optional.empty();
    private boolean found;

    private SessionLauncher(Optional<Path> folder, String machine) {
        this.folder = folder;
        this.machine = machine;
    }

    /** With a program of ours where that is possible, in a folder that is there when it is first asked for. */
    static SessionLauncher in(Path folder) {
        return new SessionLauncher(Optional.of(folder.toAbsolutePath()), thisMachine());
    }

    /** The same as if this were another machine; by Java's names for the system and the processor, with a blank between. */
    SessionLauncher on(String otherMachine) {
        return new SessionLauncher(folder, otherMachine);
    }

    /** With {@code setsid} of util-linux, if there is one; writes nothing. */
    static SessionLauncher ofSystem() {
        return new SessionLauncher(Optional.empty(), thisMachine());
    }

    private static String thisMachine() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }

    /** Whether stages can have sessions of their own here; looks at nothing but this machine's kind and its programs. */
    boolean isPossible() {
        return isKnown() || setsid().isPresent();
    }

    /**
     * The program to put before a command's own, by its absolute path; empty where there is none. The first call may take
     * some milliseconds, and so does one after somebody has removed it.
     */
    synchronized Optional<Path> program() {
        if (!found || !program.map(Files::isExecutable).orElse(true)) {
            program = folder.filter(any -> isKnown())
                    .flatMap(SessionLauncher::written)
                    .or(SessionLauncher::setsid);
            found = true;
        }
        return program;
    }

    private boolean isKnown() {
        return machine.equals("Linux amd64");
    }

    private static Optional<Path> setsid() {
        return SETSID_PLACES.stream().filter(Files::isExecutable).findFirst();
    }

    private static Optional<Path> written(Path folder) {
        try {
            Path file = write(folder.resolve("launch"));
            if (works(file)) {
                return Optional.of(file);
            }
            LOG.info("no program can be run in {}; stages are started by way of setsid", folder);
        } catch (IOException e) {
            LOG.info("stages are started by way of setsid: {}", e.toString());
        }
        return Optional.empty();
    }

    /** In place of one that is there: who starts by that one at this moment is not disturbed. */
    private static Path write(Path file) throws IOException {
        Path fresh = file.resolveSibling("launch.new");
        Files.deleteIfExists(fresh);
        try {
            Files.createFile(fresh, OWNER);
            Files.write(fresh, elf());
            return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static boolean works(Path file) throws IOException {
        Process process = new ProcessBuilder(file.toString(), "/bin/sh", "-c", "exit " + TRIED)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(TRY_SECONDS, TimeUnit.SECONDS) && process.exitValue() == TRIED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }

    /** The header of a file and of its only segment, which is all of it, and then what it holds; see elf(5). */
    private static byte[] elf() {
        byte[] code = HexFormat.of()
                .parseHex(X86_64.lines()
                        .map(line -> line.substring(0, 16).replace(" ", ""))
                        .collect(Collectors.joining()));
        byte[] texts = (SHELL + COMPLAINT).getBytes(StandardCharsets.US_ASCII);
        int headers = 64 + 56;
        int size = headers + code.length + texts.length;
        long address = 0x400000;
        return ByteBuffer.allocate(size)
                .order(ByteOrder.LITTLE_ENDIAN)
                // 64 bits, little-endian, version 1, of any system; an executable for x86-64, version 1.
                .put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
                .putShort((short) 2)
                .putShort((short) 62)
                .putInt(1)
                // Where it begins, where the header of the segment is; no sections, no flags.
                .putLong(address + headers)
                .putLong(64)
                .putLong(0)
                .putInt(0)
                // The sizes of the headers, one segment.
                .putShort((short) 64)
                .putShort((short) 56)
                .putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                // To be loaded, readable and executable: from the file's begin, to the address, as much as there is.
                .putInt(1)
                .putInt(5)
                .putLong(0)
                .putLong(address)
                .putLong(address)
                .putLong(size)
                .putLong(size)
                .putLong(0x1000)
                .put(code)
                .put(texts)
                .array();
    }
}
