package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening doors, and what keeps one from being opened. */
@Timeout(60)
class EgressProxyTest {
    @TempDir
    private Path temp;

    private static Egress egress(List<String> builtIn, OptionalInt uid) {
        return new EgressProxy(
                new EgressRules(builtIn, List.of(), uid, EgressLimits.DEFAULT), name -> Net.addresses("10.0.0.1"));
    }

    private static Egress egress() {
        return egress(List.of(), OptionalInt.empty());
    }

    @Test
    void aPathThatIsTooLongForASocketIsNamed() {
        Path folder = temp.resolve("x".repeat(110));

        assertThatIOException()
                .isThrownBy(() -> egress().open(List.of(), folder, line -> {}))
                .withMessageContaining("may have 106 bytes, this one has")
                .withMessageContaining(folder.toString());
        assertThat(folder).doesNotExist();
    }

    @Test
    void theLongestPathWorks() throws Exception {
        int room = 106 - temp.toAbsolutePath().toString().length() - "//egress.sock".length();
        Path folder = temp.resolve("x".repeat(room));
        try (Door door = egress().open(List.of(), folder, line -> {})) {
            assertThat(door.socket().toString()).hasSize(106);
            assertThat(Client.connect(door.socket(), "good.test:443")).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void twoStagesHaveListsOfTheirOwn() throws Exception {
        Egress egress = egress(List.of("shared.test"), OptionalInt.empty());
        try (Door one = egress.open(List.of("one.test"), temp.resolve("1"), line -> {});
                Door two = egress.open(List.of("two.test"), temp.resolve("2"), line -> {})) {
            assertThat(Client.connect(one.socket(), "one.test:443")).contains("private address");
            assertThat(Client.connect(two.socket(), "one.test:443")).contains("the host is not allowed");
            assertThat(Client.connect(two.socket(), "shared.test:443")).contains("private address");
        }
    }

    @Test
    void aFolderServesOneStageAtATime() throws Exception {
        try (Door door = egress().open(List.of(), temp, line -> {})) {
            assertThatIOException()
                    .isThrownBy(() -> egress().open(List.of(), temp, line -> {}))
                    .withMessageContaining(door.socket().toString());
        }
        egress().open(List.of(), temp, line -> {}).close();
        Files.createFile(temp.resolve("file"));
        assertThatIOException().isThrownBy(() -> egress().open(List.of(), temp.resolve("file"), line -> {}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "**.test",
                "a.*.test",
                "127.0.0.1",
                "[::1]",
                "x.1",
                "*.0x1",
                "host:0",
                "host:65536",
                "host:",
                ":443",
                "https://host",
                "user@host",
                "a b",
                "ho%st",
                "a..b"
            })
    void anEntryThatCannotBeReadOpensNoDoor(String entry) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> egress().open(List.of("good.test", entry), temp, line -> {}))
                .withMessageContaining("'" + entry + "'");
        assertThatIllegalArgumentException().isThrownBy(() -> egress(List.of(entry), OptionalInt.empty()));
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void theBuiltInHostsCanBeReadAndAreRegistriesAndGitHosts() {
        assertThat(BuiltInHosts.read())
                .contains("registry.npmjs.org", "pypi.org", "index.crates.io", "repo.maven.apache.org")
                .contains("proxy.golang.org", "github.com", "gitlab.com")
                .doesNotHaveDuplicates()
                .allMatch(entry -> entry.matches("[a-z0-9.-]+"));
        assertThat(BuiltInHosts.parse("# mine\n\n a.test # why\n*.b.test:8443\n"))
                .containsExactly("a.test", "*.b.test:8443");
        assertThatIllegalArgumentException().isThrownBy(() -> BuiltInHosts.parse("a.test b.test\n"));
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    @Test
    @EnabledIf("isRoot")
    void theSocketGoesToTheUserOfTheSandbox() throws Exception {
        try (Door door = egress(List.of(), OptionalInt.of(61_234)).open(List.of(), temp.resolve("s"), line -> {})) {
            assertThat(Files.getAttribute(door.socket(), "unix:uid")).isEqualTo(61_234);
        }
    }
}
