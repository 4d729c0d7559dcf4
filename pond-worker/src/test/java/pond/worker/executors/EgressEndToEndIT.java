package pond.worker.executors;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.net.AddressRange;
import pond.common.protocol.Outcome;
import pond.worker.egress.EgressLimits;
import pond.worker.egress.EgressProxy;
import pond.worker.egress.EgressRules;
import pond.worker.egress.TestTls;
import pond.worker.egress.relay.Relay;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.SandboxSettings;

/**
 * The tools that builds fetch with, as they come from the system, in stages that may reach one server: each gets what
 * that server has, and gets quickly and plainly nowhere else. Every name leads to the same server, so what is refused
 * would be there.
 */
@Timeout(120)
class EgressEndToEndIT {
    private static final String ALLOWED = "registry.test";

    /** What may be asked for in vain, in this order; the address is kept for documentation, so nobody has it. */
    private static final List<String> OTHERS = List.of("other.test", "192.0.2.1");

    /** A refusal is an answer: whoever waits longer has waited for something that never comes. */
    private static final int QUICK_SECONDS = 20;

    /** What Maven ends its output with although it is told to use no colours. */
    private static final Pattern COLOUR = Pattern.compile("\\x1b\\[[0-9;]*m");

    @TempDir
    private static Path temp = Path.of("");

    private static TestTls tls;
    private static FileServer server;
    private static Bubblewrap bubblewrap;
    private static ShellExecutor executor;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        Path git = Files.createDirectory(temp.resolve("git"));
        Path npm = Files.createDirectory(temp.resolve("npm"));
        tls = new TestTls(Files.createDirectory(temp.resolve("tls")), ALLOWED, OTHERS.get(0));
        server = new FileServer(tls.server(), Map.of("git", git, "npm", npm, "maven", mavenRepository()));
        TestRepositories.git(git.resolve("project.git"));
        TestRepositories.npm(npm, url(ALLOWED) + "/npm");
        bubblewrap = Bubblewrap.open(SandboxSettings.of(temp, "test-worker"));
        EgressNetwork network = new EgressNetwork(
                temp.resolve("egress"),
                uid -> new EgressProxy(
                        new EgressRules(
                                List.of(), List.of(AddressRange.parse("127.0.0.0/8")), uid, EgressLimits.DEFAULT),
                        name -> List.of(java.net.InetAddress.getLoopbackAddress())),
                () -> bubblewrap.uid().map(OptionalInt::of).orElseGet(OptionalInt::empty),
                Relay.socat(Path.of("/usr/bin/socat")));
        executor = new ShellExecutor(
                new BareSandbox(),
                "test-worker",
                new StageSandboxes(Optional.of(bubblewrap), Optional.of(network), false));
    }

    @AfterAll
    static void stop() {
        bubblewrap.close();
        server.close();
    }

    /** One stage, and what came of it. */
    private record Ran(Outcome outcome, List<String> lines, List<String> refused) {}

    private static Ran run(String name, String script, Map<String, String> env, Map<String, String> files)
            throws Exception {
        SandboxSpec block = new SandboxSpec(
                SandboxProfile.UNTRUSTED_CODE_WRITE, null, null, List.of(ALLOWED + ":" + server.port()), null);
        TestContext context = new TestContext(
                temp.resolve(name), new ExecutorSpec.Shell(List.of("sh", "-c", script), env, List.of(), block));
        Files.copy(tls.ca(), context.inputs().resolve("ca.pem"));
        Files.copy(tls.trustStore(), context.inputs().resolve("trust.p12"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path target = context.checkout().resolve(file.getKey());
            Files.createDirectories(target.resolveSibling(""));
            Files.writeString(target, file.getValue());
        }
        Executor.Execution execution = executor.execute(context);
        return new Ran(
                execution.outcome(),
                context.lines.stream()
                        .map(line -> COLOUR.matcher(line).replaceAll(""))
                        .toList(),
                execution.receipt().refused());
    }

    private static String url(String host) {
        return "https://" + host + ":" + server.port();
    }

    /** The refusals of {@link #OTHERS}, as the run's log and the receipt have them. */
    private static List<String> refusals() {
        return List.of(
                "egress: other.test:" + server.port() + " (the host is not allowed)",
                "egress: 192.0.2.1:" + server.port() + " (hosts are named, never given as an address)");
    }

    /**
     * A script that fetches what is allowed, then in vain what is not, and in vain again past the proxy.
     *
     * @param fetch commands that take the server's URL as {@code $1}
     */
    private static String script(String fetch) {
        StringBuilder script = new StringBuilder("""
                fetch() {
                  %s
                }
                vain() {
                  begun=$(date +%%s)
                  fetch "$2" && exit 90
                  [ $(($(date +%%s) - begun)) -lt %d ] || exit 91
                  echo "$1"
                }
                fetch %s || exit 89
                echo allowed
                """.formatted(fetch, QUICK_SECONDS, url(ALLOWED)));
        OTHERS.forEach(host -> script.append("vain 'not " + host + "' " + url(host) + "\n"));
        script.append("unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY JAVA_TOOL_OPTIONS\n");
        // Where a proxy says no, npm believes it; where there is no network, it tries for more than a minute.
        script.append("rm -f ~/.m2/settings.xml; export npm_config_fetch_retries=0\n");
        script.append("vain 'not past the proxy' " + url(OTHERS.get(1)) + "\n");
        return script.toString();
    }

    private static void assertWentThrough(Ran ran, String result, String toolsWords) {
        assertThat(ran.outcome()).as(String.join("\n", ran.lines())).isEqualTo(Outcome.done(0));
        assertThat(ran.lines())
                .containsSubsequence(
                        "stdout: " + result,
                        "stdout: allowed",
                        "stdout: not other.test",
                        "stdout: not 192.0.2.1",
                        "stdout: not past the proxy")
                .anyMatch(line -> line.contains(toolsWords))
                .containsAll(refusals().stream().map(line -> "system: " + line).toList());
        assertThat(ran.refused()).containsExactlyElementsOf(refusals());
        assertThat(server.hosts()).containsExactly(ALLOWED + ":" + server.port());
    }

    @Test
    void gitClonesFromTheAllowedServerOnly() throws Exception {
        requireTool("git");

        Ran ran = run(
                "with-git",
                script("rm -rf clone; git clone -q $1/git/project.git clone && cat clone/README"),
                Map.of("GIT_SSL_CAINFO", "/stage/in/ca.pem", "GIT_TERMINAL_PROMPT", "0"),
                Map.of());

        assertWentThrough(ran, "cloned", "response 403");
    }

    @Test
    void npmInstallsFromTheAllowedServerOnly() throws Exception {
        requireTool("npm");

        Ran ran = run(
                "with-npm",
                script("rm -rf node_modules ~/.npm; npm install --registry=$1/npm/ greeting@1.0.0"
                        + " && node -p 'require(\"greeting\")'"),
                Map.of("npm_config_cafile", "/stage/in/ca.pem"),
                Map.of("package.json", "{\"name\": \"project\", \"version\": \"1.0.0\"}"));

        assertWentThrough(ran, "installed", "403");
    }

    @Test
    void mavenBuildsFromTheAllowedServerOnly() throws Exception {
        requireTool("mvn");
        Map<String, String> files = new HashMap<>(TestRepositories.mavenProject());
        files.put("mirror.xml", TestRepositories.mavenMirror("${env.BASE}/maven"));

        Ran ran = run(
                "with-maven",
                script(
                        "rm -rf ~/.m2/repository target; BASE=$1 mvn -B -q -ntp -Dstyle.color=never -gs mirror.xml package"
                                + " && java -jar target/project-1.jar"),
                Map.of(
                        "MAVEN_OPTS",
                        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djavax.net.ssl.trustStore=/stage/in/trust.p12"
                                + " -Djavax.net.ssl.trustStorePassword=changeit"),
                files);

        assertWentThrough(ran, "built", "status: 403 Forbidden");
    }

    /** Where the Maven that runs this test keeps what it fetched, in the layout of a server's. */
    private static Path mavenRepository() {
        return Path.of(System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository"))
                .toAbsolutePath();
    }

    private static void requireTool(String name) {
        assertThat(List.of(ShellExecutor.PATH.split(":", -1)))
                .as("this test runs '%s' in a sandbox: install it, from the system's packages", name)
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }
}
