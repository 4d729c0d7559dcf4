package pond.worker.sandbox.bubblewrap;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.SandboxSpec.Overrides;
import pond.common.json.Json;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.bubblewrap.TestStage.Setup;

/**
 * A worker in a process of its own that runs one stage after the other, told over its input: to be another user than the
 * test, and to be killed.
 */
final class Workers {
    /** Beside those that a root worker takes for its stages. */
    static final int UID = 64_950;

    private Workers() {}

    /**
     * What to run.
     *
     * @param lower the tree, in the worker's state folder, over which the checkout is an overlay; null: an empty folder
     */
    record Order(
            String profile,
            @Nullable Overrides overrides,
            List<String> argv,
            Map<String, String> env,
            @Nullable String lower) {
        Order(String profile, @Nullable Overrides overrides, List<String> argv, Map<String, String> env) {
            this(profile, overrides, argv, env, null);
        }
    }

    /** How it went. */
    record Answer(List<String> stdout, List<String> stderr, String status) {}

    /** A started worker. */
    static final class Child {
        private final Path root;
        final Path state;
        final Process process;
        private final Writer orders;
        private final BufferedReader answers;

        private Child(Path root, Path state, Process process) {
            this.root = root;
            this.state = state;
            this.process = process;
            this.orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
            this.answers = process.inputReader(StandardCharsets.UTF_8);
        }

        Answer run(Order order) throws IOException {
            send(order);
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("the worker has ended");
            }
            return Json.read(line, Answer.class);
        }

        /** For an order whose answer nobody waits for. */
        void send(Order order) throws IOException {
            orders.write(Json.write(order) + "\n");
            orders.flush();
        }

        void close() throws IOException, InterruptedException {
            process.destroyForcibly().waitFor();
            new ProcessBuilder("rm", "-rf", root.toString()).start().waitFor();
        }
    }

    /** As an ordinary user when the test is root, else as the test's own user. */
    static Child start() throws IOException {
        Path root = Files.createTempDirectory("pond-sbw-");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path classes = copyClasses(root.resolve("classes"));
        Path state = Files.createDirectory(root.resolve("state"));
        List<String> argv = new ArrayList<>();
        if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0) {
            Files.setAttribute(state, "unix:gid", UID);
            Files.setAttribute(state, "unix:uid", UID);
            argv.addAll(List.of("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups", "--inh-caps=-all"));
        }
        argv.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes + "/*:" + classes,
                Main.class.getName(),
                state.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(argv).directory(state.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("POND_TEST_SECRET", "in the worker's environment");
        return new Child(root, state, builder.start());
    }

    /** The test's classes may lie where no other user gets. */
    private static Path copyClasses(Path to) throws IOException {
        Files.createDirectories(to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Class<?> one : List.of(
                Workers.class,
                Bubblewrap.class,
                Json.class,
                Nullable.class,
                ObjectMapper.class,
                JsonFactory.class,
                JsonCreator.class,
                Jdk8Module.class,
                JavaTimeModule.class,
                Logger.class)) {
            Path from = Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().getPath());
            if (Files.isDirectory(from)) {
                copyTree(from, to);
            } else {
                Files.copy(from, to.resolve(from.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (path.toString().endsWith(".class")) {
                    Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** The worker's process. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) throws Exception {
            Path state = Path.of(args[0]);
            Files.writeString(state.resolve("token"), "a key of the worker");
            try (Bubblewrap bubblewrap = Bubblewrap.open(SandboxSettings.of(state, TestStage.WORKER));
                    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    System.out.println(Json.write(run(bubblewrap, state, Json.read(line, Order.class))));
                }
            }
        }

        private static Answer run(Bubblewrap bubblewrap, Path state, Order order) throws Exception {
            SandboxProfile profile = Stream.of(SandboxProfile.values())
                    .filter(one -> one.toString().equals(order.profile()))
                    .findFirst()
                    .orElseThrow();
            Setup setup = new Setup(profile, order.overrides(), order.env());
            TestStage stage = order.lower() == null
                    ? TestStage.start(bubblewrap, state, setup, order.argv())
                    : TestStage.overlaid(bubblewrap, state.resolve(order.lower()), setup, order.argv());
            Ended ended = stage.end();
            return new Answer(stage.stdout(), stage.stderr(), ended.status().toString());
        }
    }

    /** The block of an order's profile, for those who compute its limits. */
    static SandboxSpec block(SandboxProfile profile, @Nullable Overrides overrides) {
        return new SandboxSpec(profile, null, null, List.of(), overrides);
    }
}
