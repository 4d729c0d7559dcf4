package pond.worker.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import pond.common.definition.ExecutorKind;

/** What a worker is told about itself. Every method throws {@link IllegalArgumentException} with one line for a bad value. */
final class WorkerOptions {
    private static final Set<ExecutorKind> AVAILABLE =
            EnumSet.of(ExecutorKind.NOOP, ExecutorKind.BUILTIN, ExecutorKind.SHELL, ExecutorKind.SWARM);
    private static final int MAX_CODE_BYTES = 1024;
    private static final int MAX_SLOTS = 1024;

    @Option(
            names = "--enroll-code",
            paramLabel = "CODE",
            description =
                    "The enrolment code, needed once; - reads it from stdin (POND_WORKER_ENROLL_CODE). Given here it"
                            + " shows in the list of processes; prefer the variable or --enroll-code-file. Wins over the file.")
    @Nullable
    String enrollCode;

    @Option(
            names = "--enroll-code-file",
            paramLabel = "FILE",
            description = "A file with the enrolment code (POND_WORKER_ENROLL_CODE_FILE).")
    @Nullable
    String enrollCodeFile;

    @Option(
            names = "--executors",
            paramLabel = "KINDS",
            description = "Kinds of stages to run, with commas: noop, builtin, shell and swarm, which are AI agents"
                    + " (POND_WORKER_EXECUTORS, default noop,builtin,shell).")
    @Nullable
    String executors;

    @Option(
            names = "--tags",
            paramLabel = "TAGS",
            description =
                    "Tags of this machine, such as gpu, with commas; pool:* and tenant:* come from the enrolment code"
                            + " (POND_WORKER_TAGS).")
    @Nullable
    String tags;

    @Option(
            names = "--capabilities",
            paramLabel = "WORDS",
            description = "What it can do, such as harness.codex, with commas (POND_WORKER_CAPABILITIES).")
    @Nullable
    String capabilities;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "How many jobs to run side by side (POND_WORKER_CONCURRENCY, default: the number of cores).")
    @Nullable
    String concurrency;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "A name for people (POND_WORKER_NAME, default: the host's name).")
    @Nullable
    String name;

    Optional<String> code() throws IOException {
        if (enrollCode != null && enrollCode.equals("-")) {
            byte[] bytes = System.in.readNBytes(MAX_CODE_BYTES);
            return Optional.of(checkedCode("--enroll-code", new String(bytes, StandardCharsets.UTF_8)));
        }
        if (enrollCode != null) {
            return Optional.of(checkedCode("--enroll-code", enrollCode));
        }
        if (enrollCodeFile == null) {
            return Optional.empty();
        }
        Path file = ServerOptions.path("--enroll-code-file", enrollCodeFile);
        if (!Files.isReadable(file) || Files.isDirectory(file) || Files.size(file) > MAX_CODE_BYTES) {
            throw new IllegalArgumentException(Complaint.about(
                    "--enroll-code-file", "takes a small file that can be read, not '" + enrollCodeFile + "'"));
        }
        return Optional.of(checkedCode("--enroll-code-file", Files.readString(file, StandardCharsets.ISO_8859_1)));
    }

    private static String checkedCode(String option, String text) {
        String code = text.strip();
        if (!code.matches("[\\x21-\\x7e]+")) {
            throw new IllegalArgumentException(Complaint.about(option, "takes an enrolment code, one word"));
        }
        return code;
    }

    Set<ExecutorKind> executors() {
        Set<ExecutorKind> kinds = EnumSet.noneOf(ExecutorKind.class);
        for (String word : words(executors == null ? "noop,builtin,shell" : executors)) {
            kinds.add(AVAILABLE.stream()
                    .filter(kind -> kind.toString().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(Complaint.about(
                            "--executors",
                            "takes kinds that this worker can run, of " + AVAILABLE + ", not '" + word + "'"))));
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(Complaint.about("--executors", "takes at least one of " + AVAILABLE));
        }
        return kinds;
    }

    Set<String> tags() {
        return wordsOf("--tags", tags);
    }

    Set<String> capabilities() {
        return wordsOf("--capabilities", capabilities);
    }

    int slots() {
        String text =
                concurrency == null ? Integer.toString(Runtime.getRuntime().availableProcessors()) : concurrency;
        return (int) ServerOptions.number("--concurrency", text, 1, MAX_SLOTS);
    }

    String workerName() {
        String text = name == null ? HostName.find() : name;
        if (!text.matches("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,99}")) {
            throw new IllegalArgumentException(Complaint.about(
                    "--name", "takes up to 100 letters, digits, spaces and . _ @ -, not '" + printable(text) + "'"));
        }
        return text;
    }

    private static Set<String> wordsOf(String option, @Nullable String text) {
        Set<String> words = words(text);
        for (String word : words) {
            if (!word.matches("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")) {
                throw new IllegalArgumentException(Complaint.about(
                        option,
                        "takes words of letters, digits and . _ : / @ + -, with commas, not '" + printable(word)
                                + "'"));
            }
        }
        return words;
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static Set<String> words(@Nullable String text) {
        Set<String> words = new TreeSet<>();
        Arrays.stream((text == null ? "" : text).split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .forEach(words::add);
        return words;
    }
}
