package pond.common.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.SourceSpec.Config;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;

class SourceRulesTest {
    @Test
    void allFourKindsAreRead() {
        assertThat(config("git_https", "'url': 'https://h/r.git'"))
                .isEqualTo(new SourceSpec.GitHttps("https://h/r.git", null, null, null, null, false, 1));
        assertThat(config(
                        "git_https",
                        "'url': 'HTTP://h:8080/r', 'ref': 'v1', 'token': 't', 'submodules': true, 'depth': 0"))
                .isEqualTo(new SourceSpec.GitHttps("HTTP://h:8080/r", "v1", "t", null, null, true, 0));
        assertThat(config("git_https", "'url': 'https://h/r', 'username': 'u', 'password': 'p w'"))
                .isEqualTo(new SourceSpec.GitHttps("https://h/r", null, null, "u", "p w", false, 1));
        assertThat(config(
                        "tarball",
                        "'url': 'https://h/x.tgz?sig=1', 'sha256': '" + "aB".repeat(32) + "', 'strip_components': 1"))
                .isEqualTo(new SourceSpec.Tarball("https://h/x.tgz?sig=1", "aB".repeat(32), 1));
        assertThat(config("folder", "'path': 'team/repo'")).isEqualTo(new SourceSpec.Folder("team/repo"));
        assertThat(config("inline", "'files': {'src/A.java': 'class A {}', '.gitignore': ''}"))
                .isEqualTo(new SourceSpec.Inline(Map.of("src/A.java", "class A {}", ".gitignore", "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{} # label: field 'label' is required & kind: field 'kind' is required & config: field 'config' is required",
                "{\"label\": \"a\", \"kind\": \"svn\", \"config\": {}} # kind: field 'kind' must be one of git_https, tarball, folder, inline",
                "{\"label\": \"a\", \"kind\": \"folder\", \"config\": 5} # config: field 'config' must be an object, not 5",
                "{\"label\": \"a\", \"kind\": \"folder\", \"config\": {\"path\": \"p\"}, \"url\": 1} # url: unknown field 'url'; known here: config, kind, label",
                "{\"label\": \"../a\", \"kind\": \"folder\", \"config\": {\"path\": \"p\"}} # label: field 'label' must begin with a letter or digit and have at most 64 letters, digits, '.', '_' or '-'",
            })
    void aSourceHasALabelAKindAndAConfig(String source, String expected) {
        assertThat(String.join(" & ", problems(source))).isEqualTo(expected);
    }

    @Test
    void labelsAreUnique() {
        String source = "{'label': 'a', 'kind': 'folder', 'config': {'path': 'p'}}";

        assertThat(problems(source, source))
                .containsExactly("label: field 'label' is used by an earlier source too; labels must be unique");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "git_https # {} # url: field 'url' is required",
                "git_https # {\"url\": 5} # url: field 'url' must be a string, not 5",
                "git_https # {\"url\": \"https://h/r\", \"username\": \"u\"} # password: field 'password' is required with the other of the two",
                "git_https # {\"url\": \"https://h/r\", \"password\": \"p\"} # username: field 'username' is required with the other of the two",
                "git_https # {\"url\": \"https://h/r\", \"token\": \"t\", \"username\": \"u\", \"password\": \"p\"} # token: field 'token' excludes username and password; keep one way to log in",
                "git_https # {\"url\": \"https://h/r\", \"token\": \"\"} # token: field 'token' must not be empty or hold control characters",
                "git_https # {\"url\": \"https://h/r\", \"token\": \"a\\nb\"} # token: field 'token' must not be empty or hold control characters",
                "git_https # {\"url\": \"https://h/r\", \"depth\": -1} # depth: field 'depth' must be a whole number from 0 to 1000000",
                "git_https # {\"url\": \"https://h/r\", \"submodules\": \"yes\"} # submodules: field 'submodules' must be true or false, not a string",
                "git_https # {\"url\": \"https://h/r\", \"branch\": \"x\"} # branch: unknown field 'branch'; known here: depth, password, ref, submodules, token, url, username",
                "tarball # {\"url\": \"https://h/r\", \"sha256\": \"abc\"} # sha256: field 'sha256' must be 64 hex digits",
                "tarball # {\"url\": \"https://h/r\", \"strip_components\": 33} # strip_components: field 'strip_components' must be a whole number from 0 to 32",
                "tarball # {\"url\": \"https://h/r\", \"token\": \"t\"} # token: unknown field 'token'; known here: sha256, strip_components, url",
                "folder # {} # path: field 'path' is required",
                "folder # {\"path\": \"a\\u0000b\"} # path: field 'path' must not be empty or hold control characters",
                "inline # {} # files: field 'files' must have at least one file, as path to text",
                "inline # {\"files\": {\"a\": 1}} # files.a: field 'files.a' must be a string, not 1",
                "inline # {\"files\": {\"../a\": \"\"}} # files: field 'files' has the path '../a', which is not relative, or has '..', a backslash or control characters",
                "inline # {\"files\": {\"a\": \"\", \"a/b/c\": \"\"}} # files: field 'files' has the path 'a/b/c' below another path that is a file",
            })
    void eachKindSaysWhatIsWrong(String kind, String config, String problem) {
        assertThat(configProblems(kind, config)).first().isEqualTo("config." + problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssh://git@h/r",
                "git@h:r",
                "file:///etc",
                "ext::sh",
                "--upload-pack=x",
                "/etc/passwd",
                "ftp://h/r",
                "https:h/r",
                "https:///r",
                "https://h r/",
                "https://user@h/r",
                "https://user:pass@h/r",
                "https://:pass@h/r",
                "https://h/r#frag",
                "https://h:99999/r",
                "https://h/\u0000",
                "https://[::1"
            })
    void aUrlIsHttpWithAHostAndNothingToLogInWith(String url) {
        List<String> found = configProblems("git_https", "{'url': '" + url.replace("\u0000", "\\u0000") + "'}");

        assertThat(found)
                .singleElement()
                .asString()
                .startsWith("config.url: field 'url' ")
                .doesNotContain("pass@");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "main",
                "refs/heads/main",
                "feature/x",
                "v1.0.0-rc.1",
                "user@2",
                "0123456789abcdef0123456789abcdef01234567"
            })
    void refsThatGitTakesAreTaken(String ref) {
        assertThat(configProblems("git_https", "{'url': 'https://h/r', 'ref': '" + ref + "'}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-x",
                "--upload-pack=x",
                "a b",
                "a..b",
                "a//b",
                "/a",
                "a/",
                "a.",
                "a.lock",
                "a.lock/b",
                "a/.b",
                ".a",
                "a~1",
                "a^",
                "a:b",
                "a?",
                "a*",
                "[a",
                "a\\\\b",
                "@{1}",
                "a@{u}",
                "a\\nb",
                "ä"
            })
    void refsThatGitRefusesOrReadsAsOptionsAreRefused(String ref) {
        assertThat(configProblems("git_https", "{'url': 'https://h/r', 'ref': '" + ref + "'}"))
                .containsExactly("config.ref: field 'ref' is not a branch, a tag or a commit id that git would take");
    }

    private static Config config(String kind, String fields) {
        Problems problems = new Problems();
        SourceSpec source = read(new SourceRules(), source(kind, "{" + fields + "}"), problems);
        assertThat(problems.list()).isEmpty();
        assertThat(source.config().kind()).isEqualTo(kind);
        return source.config();
    }

    private static List<String> configProblems(String kind, String config) {
        return problems(source(kind, config));
    }

    private static String source(String kind, String config) {
        return "{'label': 'app', 'kind': '" + kind + "', 'config': " + config + "}";
    }

    private static List<String> problems(String... sources) {
        Problems problems = new Problems();
        SourceRules rules = new SourceRules();
        for (String source : sources) {
            fields(source, problems).ifPresent(rules::read);
        }
        return problems.list().stream()
                .map(problem -> problem.field() + ": " + problem.message())
                .map(line -> line.replaceFirst("^s\\.", ""))
                .toList();
    }

    private static SourceSpec read(SourceRules rules, String source, Problems problems) {
        return fields(source, problems).flatMap(rules::read).orElseThrow(() -> new AssertionError(problems.list()));
    }

    private static Optional<Fields> fields(String source, Problems problems) {
        JsonNode node = Readings.json(source);
        return Fields.of(node, "s", problems.about(ProblemCode.SOURCE_INVALID));
    }
}
