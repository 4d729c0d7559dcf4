package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec.Overrides;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;
import pond.worker.sandbox.bubblewrap.TestStage.Setup;
import pond.worker.sandbox.bubblewrap.Workers.Answer;
import pond.worker.sandbox.bubblewrap.Workers.Order;

/**
 * Really tries to get out: attempts.py in each profile, by a worker with the test's own rights (in CI that is root, which
 * drops) and by one that is an ordinary user. Each attempt is a test of its own; its id tells what is tried there.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxAttemptsTest {
    private static final List<String> FILES =
            List.of("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A11", "A14", "A15", "A16");
    private static final List<String> PROCESSES = List.of(
            "A17", "A18", "A19", "A20", "A21", "A22", "A23", "A24", "A25", "A26", "A27", "A28", "A29", "A30", "A31",
            "A32", "A33", "A34", "A35", "A36", "A37", "A38", "A40", "A41", "A78");
    private static final List<String> NETWORK = List.of("A39", "A42", "A43", "A44", "A45", "A46", "A47", "A48", "A49");
    private static final List<String> SIZES = List.of("A73", "A75", "A76");
    private static final List<String> IN_MEMORY = List.of("A72", "A74");

    private final String script = read("/sandbox/attempts.py");
    private TestMachine machine;
    private Workers.Child other;
    private Outside outside;

    @BeforeAll
    void open() throws Exception {
        outside = new Outside();
        machine = TestMachine.open();
        other = Workers.start();
    }

    @AfterAll
    void close() throws IOException, InterruptedException {
        other.close();
        machine.close();
        outside.close();
    }

    @TestFactory
    Stream<DynamicTest> everyAttemptIsHeld() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (SandboxProfile profile : SandboxProfile.values()) {
            if (profile != SandboxProfile.NONE) {
                tests.addAll(tests(profile + ", own", profile, own(profile)));
                tests.addAll(tests(profile + ", other", profile, otherUser(profile)));
            }
        }
        return tests.stream();
    }

    private List<DynamicTest> tests(String name, SandboxProfile profile, List<String> lines) {
        Map<String, String> results = new LinkedHashMap<>();
        lines.forEach(line -> results.put(line.substring(0, 3), line.substring(4)));
        return attempts(profile).stream()
                .map(id -> DynamicTest.dynamicTest(
                        name + ": " + id,
                        () -> assertThat(results.get(id)).as(id).isEqualTo("held")))
                .toList();
    }

    @Test
    void nothingOutsideWasTouched() throws Exception {
        own(SandboxProfile.UNTRUSTED_CODE_WRITE);

        assertThat(outside.untouched()).isTrue();
    }

    /** Without a sandbox the same attempts get through: they are real. */
    @Test
    void withoutASandboxTheSameAttemptsSucceed() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(argv()).redirectErrorStream(true);
        builder.environment()
                .put(
                        "OUTSIDE",
                        outside.describe(
                                SandboxProfile.UNTRUSTED_CODE_READ,
                                machine.state,
                                Limits.IN_MEMORY,
                                List.of("A04", "A17", "A38", "A39", "A40", "A42", "A43")));
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(lines).hasSize(7).noneMatch(line -> line.endsWith(" held"));
    }

    private List<String> own(SandboxProfile profile) throws Exception {
        Setup setup = new Setup(profile, overrides(profile), variables(profile, machine.state));
        TestStage stage = TestStage.start(machine.bubblewrap, machine.state, setup, argv());
        stage.end();
        assertThat(stage.stderr()).isEmpty();
        return stage.stdout();
    }

    private List<String> otherUser(SandboxProfile profile) throws Exception {
        Answer answer =
                other.run(new Order(profile.toString(), overrides(profile), argv(), variables(profile, other.state)));
        assertThat(answer.stderr()).isEmpty();
        return answer.stdout();
    }

    /** Small, so that filling is quick. */
    private static @Nullable Overrides overrides(SandboxProfile profile) {
        return profile == SandboxProfile.UNTRUSTED_CODE_READ
                ? new Overrides(null, null, 64, "16m", null)
                : new Overrides(null, null, 64, null, null);
    }

    private static List<String> attempts(SandboxProfile profile) {
        List<String> all = new ArrayList<>(FILES);
        all.addAll(PROCESSES);
        all.addAll(SIZES);
        if (profile == SandboxProfile.UNTRUSTED_CODE_READ) {
            all.addAll(IN_MEMORY);
        }
        if (profile != SandboxProfile.TRUSTED_CODE) {
            all.addAll(NETWORK);
        }
        return all;
    }

    private List<String> argv() {
        return List.of("/usr/bin/python3", "-c", script);
    }

    private Map<String, String> variables(SandboxProfile profile, Path state) throws Exception {
        Limits limits = SandboxPolicy.of(Workers.block(profile, overrides(profile)), new Enforcement(false, true))
                .limits();
        return Map.of("OUTSIDE", outside.describe(profile, state, limits, attempts(profile)));
    }

    private static String read(String resource) {
        try (InputStream in = SandboxAttemptsTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
