package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import pond.testing.DocPage;
import pond.testing.DocPage.Block;

/**
 * A page of the documentation as one session of bash: its commands run in order, each block stops at the first one that
 * fails, and what a block prints is held against the {@code output} block after it.
 *
 * <p>The session's folder looks like a clone with both jars built; {@code pond} and {@code pond-worker} are on its path,
 * and HOME is a folder of its own. What a page leaves running is ended with it.
 */
final class DocSession implements AutoCloseable {
    /** Generous: a page with dozens of commands, on a busy machine. */
    private static final long SECONDS = 300;

    private static final String REFUSAL = "{\"type\":\"about:blank\"";
    private static final Path CLONE = Path.of("..").toAbsolutePath().normalize();

    private final DocPage page;
    private final Path work;
    private final Path steps;
    private final List<Path> links = new ArrayList<>();
    private final Process bash;

    private DocSession(DocPage page, Path folder, Map<String, String> environment) throws IOException {
        this.page = page;
        work = folder(folder);
        steps = Files.createDirectories(folder.resolve("steps"));
        lookLikeAClone(folder.resolve("bin"));
        ProcessBuilder builder = new ProcessBuilder("setsid", "bash", script().toString())
                .directory(work.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(steps.resolve("session").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        String java = Path.of(System.getProperty("java.home")).toString();
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        java,
                        "PATH",
                        folder.resolve("bin") + ":" + java + "/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                        "HOME",
                        Files.createDirectories(folder.resolve("home")).toString(),
                        "LC_ALL",
                        "C.UTF-8"));
        bash = builder.start();
    }

    /** Where the commands of the session of this folder run. */
    static Path folder(Path folder) throws IOException {
        return Files.createDirectories(folder.resolve("work"));
    }

    /**
     * Runs a page to its end.
     *
     * @param folder a fresh one
     * @throws AssertionError with the page, the line and what was printed, when something is not as the page has it
     */
    static void run(DocPage page, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        try (DocSession session = new DocSession(page, folder, environment)) {
            boolean ended = session.bash.waitFor(SECONDS, TimeUnit.SECONDS);
            session.check(ended ? "exit code " + session.bash.exitValue() : "not done after " + SECONDS + " seconds");
        }
    }

    private void lookLikeAClone(Path bin) throws IOException {
        Files.createDirectories(bin);
        for (String name : List.of("scripts", "pond-server", "pond-worker")) {
            links.add(Files.createSymbolicLink(work.resolve(name), CLONE.resolve(name)));
        }
        for (String name : List.of("pond", "pond-worker")) {
            links.add(Files.createSymbolicLink(
                    bin.resolve(name), CLONE.resolve("scripts").resolve(name)));
        }
    }

    /** Every block in a file of its own, so that what bash says about it has the right line. */
    private Path script() throws IOException {
        StringBuilder script = new StringBuilder("set -euo pipefail\n");
        for (Block block : page.blocks()) {
            Path step = steps.resolve("line-" + block.line());
            if (block.isRun()) {
                Files.writeString(step, block.text());
                script.append("echo %d >%s/at; . %s >%s.out 2>&1\n".formatted(block.line(), steps, step, step));
            } else if (block.saveAs().isPresent()) {
                Files.writeString(step, block.text());
                script.append("cp %s '%s'\n".formatted(step, block.saveAs().get()));
            }
        }
        return Files.writeString(steps.resolve("script"), script + "echo end >" + steps + "/at\n");
    }

    private void check(String how) throws IOException {
        String at = Files.readString(steps.resolve("at")).strip();
        for (int i = 0; i < page.blocks().size(); i++) {
            Block block = page.blocks().get(i);
            if (!block.isRun()) {
                continue;
            }
            String place = page.name() + ":" + block.line();
            String printed = Files.readString(steps.resolve("line-" + block.line() + ".out"));
            if (at.equals(Integer.toString(block.line()))) {
                Assertions.fail(place + ": " + how + "\n" + block.text() + "--- printed\n" + printed
                        + Files.readString(steps.resolve("session")));
            }
            Block next = i + 1 < page.blocks().size() ? page.blocks().get(i + 1) : block;
            if (next.language().equals("output")) {
                assertThat(Printed.matches(next.text(), printed))
                        .as(
                                "%s prints other than the page says\n%s--- the page\n%s--- printed\n%s",
                                place, block.text(), next.text(), printed)
                        .isTrue();
            } else {
                assertThat(printed.lines()).as(place + " is refused").noneMatch(line -> line.startsWith(REFUSAL));
            }
        }
        assertThat(at).as(Files.readString(steps.resolve("session"))).isEqualTo("end");
    }

    /** Politely first, so that a worker or a server takes its stages along. */
    @Override
    public void close() throws IOException {
        boolean ended = ended(ProcessHandle::destroy) || ended(ProcessHandle::destroyForcibly);
        for (Path link : links) {
            Files.delete(link);
        }
        assertThat(ended).as("all that %s has started ends", page.name()).isTrue();
    }

    private boolean ended(Consumer<ProcessHandle> signal) {
        List<ProcessHandle> all = Processes.inSession(bash.pid()).stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
        all.forEach(signal);
        CompletableFuture<?>[] ends = all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(ends)
                .handle((ended, failure) -> Processes.inSession(bash.pid()).isEmpty())
                .completeOnTimeout(false, 15, TimeUnit.SECONDS)
                .join();
    }
}
