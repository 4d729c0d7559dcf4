package pond.server.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static pond.server.sources.GitServer.commit;
import static pond.server.sources.GitServer.git;
import static pond.server.sources.guard.Guards.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.SourceSpec;
import pond.common.definition.SourceSpec.GitHttps;
import pond.server.sources.guard.Guards;
import pond.server.sources.guard.RawServer;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;

class GitSourceTest {
    @TempDir
    Path temp;

    private GitServer server;
    private Fetches fetches;
    private Path work;
    private String first;
    private String second;

    @BeforeEach
    void start() throws IOException {
        server = new GitServer(Files.createDirectory(temp.resolve("git")));
        fetches = fetches(64 << 20);
        work = server.work("app");
        Files.writeString(work.resolve("readme"), "one");
        first = commit(work, "first");
        Files.writeString(work.resolve("readme"), "two");
        Files.createDirectories(work.resolve("bin"));
        var tool = Files.writeString(work.resolve("bin/tool"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(work.resolve("bin/readme"), Path.of("../readme"));
        Files.writeString(work.resolve(".gitattributes"), "bin/* text eol=crlf\n");
        second = commit(work, "second");
        git(work, "tag", "-a", "-m", "release", "v1", first);
        git(work, "branch", "feature/x", first);
        server.publish("app");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        assertThat(fetches.leftovers()).isEmpty();
    }

    private Fetches fetches(long bundleMaxBytes) throws IOException {
        return new Fetches(temp.resolve("state"), Guards.settings("git.test, other.test", null, bundleMaxBytes));
    }

    private GitHttps app(@Nullable String ref, int depth) {
        return repository("app", ref, depth, false);
    }

    private GitHttps repository(String name, @Nullable String ref, int depth, boolean submodules) {
        return new GitHttps(server.url("git.test", name), ref, null, null, null, submodules, depth);
    }

    private GitHttps withLogin(String url, @Nullable String token, @Nullable String user, @Nullable String password) {
        return new GitHttps(url, null, token, user, password, false, 1);
    }

    @Test
    void theDefaultBranchComesWithOneCommitAndACleanWorkTree() throws IOException {
        var fetched = fetches.fetch(null, app(null, 1));
        var root = fetches.extract(fetched);

        assertThat(fetched.sources()).containsExactly(new ResolvedSource("s0", "git_https", second));
        assertThat(root.resolve("readme")).hasContent("two");
        assertThat(root.resolve("bin/tool")).isExecutable().content().isEqualTo("#!/bin/sh\n");
        assertThat(root.resolve("bin/readme")).isSymbolicLink();
        assertThat(git(root, "log", "--format=%H")).isEqualTo(second);
        assertThat(git(root, "status", "--porcelain", "--branch")).isEqualTo("## main...origin/main");
        assertThat(git(root, "remote", "get-url", "origin")).isEqualTo(server.url("git.test", "app"));
        git(root, "fsck", "--strict");
    }

    @Test
    void theBundleHoldsNoHooksAndNoTracesOfTheFetch() throws IOException {
        var root = fetches.checkout(app(null, 1));
        try (var files = Files.list(root.resolve(".git"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("HEAD", "config", "index", "objects", "refs", "shallow")
                    .isSubsetOf(GitRepository.KEPT);
        }
        assertThat(git(root, "config", "--local", "--name-only", "--list").lines())
                .allMatch(name -> name.matches("(core|remote\\.origin|branch\\.main)\\..*"));
    }

    @Test
    void theSameCommitIsTheSameBundle() throws IOException {
        assertThat(fetches.fetch(null, app(null, 1))).isEqualTo(fetches.fetch(null, app(null, 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature/x", "refs/heads/feature/x", "v1", "refs/tags/v1"})
    void branchesAndTagsAreFound(String ref) throws IOException {
        for (boolean version2 : new boolean[] {true, false}) {
            server.version2 = version2;
            var fetched = fetches.fetch(null, app(ref, 1));
            var root = fetches.extract(fetched);
            assertThat(fetched.sources().get(0).revision()).isEqualTo(first);
            assertThat(root.resolve("readme")).hasContent("one");
            assertThat(git(root, "status", "--porcelain")).isEmpty();
        }
    }

    @Test
    void theDefaultBranchIsFoundInTheOlderProtocolToo() throws IOException {
        server.version2 = false;
        var root = fetches.checkout(app(null, 1));
        assertThat(git(root, "symbolic-ref", "HEAD")).isEqualTo("refs/heads/main");
        var named = fetches.checkout(app("HEAD", 1));
        assertThat(git(named, "symbolic-ref", "HEAD")).isEqualTo("refs/heads/main");
    }

    @Test
    void depthZeroIsTheWholeHistory() throws IOException {
        var root = fetches.checkout(app(null, 0));
        assertThat(git(root, "log", "--format=%H").lines()).containsExactly(second, first);
        assertThat(git(root, "describe")).startsWith("v1-1-g");
    }

    @Test
    void aCommitIsFetchedByItself() throws IOException {
        var fetched = fetches.fetch(null, app(first, 1));
        assertThat(fetches.extract(fetched).resolve("readme")).hasContent("one");
        assertThat(fetches.lines).noneMatch(line -> line.contains("all branches"));
    }

    @Test
    void aPinWinsOverTheRefOfTheFirstGitSourceOnly() throws IOException {
        var fetched = fetches.fetch(first, new SourceSpec.Inline(java.util.Map.of()), app("main", 1), app("main", 1));
        assertThat(fetched.sources()).extracting(ResolvedSource::revision).endsWith(first, second);
        assertThat(fetches.extract(fetched).resolve("s1/readme")).hasContent("one");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHostThatHandsOutNoSingleCommitsIsAskedForEverything(boolean version2) throws IOException {
        server.version2 = version2;
        server.refused = java.util.Optional.of(first);
        git(work, "branch", "-D", "feature/x");
        git(work, "tag", "-d", "v1");
        server.publish("app");

        var fetched = fetches.fetch(null, app(first, 1));

        assertThat(fetched.sources().get(0).revision()).isEqualTo(first);
        assertThat(fetches.extract(fetched).resolve("readme")).hasContent("one");
        assertThat(fetches.lines).anyMatch(line -> line.contains("fetching all branches and tags"));
    }

    @Test
    void whatIsNotThereIsNotFound() throws IOException {
        assertRefused(Code.SOURCE_NOT_FOUND, () -> fetches.fetch(null, app("nothing", 1)));
        assertRefused(Code.SOURCE_NOT_FOUND, () -> fetches.fetch(null, app("a".repeat(40), 1)));
        assertRefused(Code.SOURCE_NOT_FOUND, () -> fetches.fetch(null, repository("nothing", null, 1, false)));
        git(temp, "init", "-q", "--bare", "git/empty.git");
        assertRefused(Code.SOURCE_NOT_FOUND, () -> fetches.fetch(null, repository("empty", null, 1, false)));
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch("abc", app(null, 1)));
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, app("a..b", 1)));
    }

    @Test
    void aLoginIsSentAndLeftNowhere() throws IOException {
        server.login = java.util.Optional.of("x-access-token:s3cret");
        var url = server.url("git.test", "app");
        assertRefused(Code.SOURCE_AUTH_FAILED, () -> fetches.fetch(null, app(null, 1)));
        assertRefused(Code.SOURCE_AUTH_FAILED, () -> fetches.fetch(null, withLogin(url, "wr0ng", null, null)))
                .hasMessageNotContaining("wr0ng");

        var root = fetches.checkout(withLogin(url, "s3cret", null, null));
        server.login = java.util.Optional.of("me:pässword");
        fetches.checkout(withLogin(url, null, "me", "pässword"));

        assertThat(git(root, "config", "--list")).doesNotContain("s3cret");
        assertThat(fetches.lines).noneMatch(line -> line.contains("s3cret") || line.contains("pässword"));
    }

    @Test
    void aRedirectToAnotherPortLosesTheLogin() throws IOException {
        try (var other = new GitServer(temp.resolve("git"))) {
            server.redirects.put("moved", "http://git.test:" + other.port());
            var root = fetches.checkout(withLogin(server.url("git.test", "moved/app"), "s3cret", null, null));
            assertThat(root.resolve("readme")).hasContent("two");
            assertThat(server.seen).allMatch(seen -> !seen.authorization().isEmpty());
            assertThat(other.seen)
                    .isNotEmpty()
                    .allMatch(seen -> seen.authorization().isEmpty());
        }
    }

    @Test
    void aRedirectOnTheSameHostKeepsTheLogin() throws IOException {
        server.redirects.put("moved", "");
        server.login = java.util.Optional.of("x-access-token:s3cret");
        var root = fetches.checkout(withLogin(server.url("git.test", "moved/app"), "s3cret", null, null));
        assertThat(root.resolve("readme")).hasContent("two");
    }

    @Test
    void aRedirectToAForbiddenHostIsRefused() {
        server.redirects.put("private", "https://private.test:" + server.port());
        server.redirects.put("metadata", "https://169.254.169.254");
        server.redirects.put("loop", "/loop");
        assertRefused(Code.SOURCE_REFUSED, () -> fetches.fetch(null, repository("private/app", null, 1, false)));
        assertRefused(Code.SOURCE_REFUSED, () -> fetches.fetch(null, repository("metadata/app", null, 1, false)))
                .hasMessageNotContaining("169.254");
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, repository("loop/app", null, 1, false)));
        assertThat(server.seen).noneMatch(seen -> seen.path().contains("metadata/app.git/git-upload-pack"));
    }

    @Test
    void submodulesComeAlongWhenAskedFor() throws IOException {
        var library = server.work("library");
        Files.writeString(library.resolve("code"), "old");
        commit(library, "pinned");
        server.publish("library");
        git(work, "submodule", "add", "-q", "../library/.git", "vendor/library");
        git(work, "config", "-f", ".gitmodules", "submodule.vendor/library.url", "../library.git");
        commit(work, "with a submodule");
        server.publish("app");
        Files.writeString(library.resolve("code"), "new");
        commit(library, "later");
        server.publish("library");

        var without = fetches.checkout(app(null, 1));
        assertThat(without.resolve("vendor/library")).isEmptyDirectory();

        var root = fetches.checkout(repository("app", null, 1, true));
        assertThat(root.resolve("vendor/library/code")).hasContent("old");
        assertThat(git(root, "status", "--porcelain")).isEmpty();
        assertThat(git(root, "submodule", "status")).doesNotStartWith("-");
        assertThat(git(root.resolve("vendor/library"), "remote", "get-url", "origin"))
                .isEqualTo(server.url("git.test", "library"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://private.test/x.git",
                "http://169.254.169.254/x",
                "git@git.test:x.git",
                "file:///etc",
                "ext::sh -c id",
                "../../../../x.git",
                "-u./x"
            })
    void aSubmoduleObeysTheSameRules(String url) throws IOException {
        Files.writeString(work.resolve(".gitmodules"), "[submodule \"x\"]\n\tpath = x\n\turl = \"" + url + "\"\n");
        git(work, "update-index", "--add", "--cacheinfo", "160000," + first + ",x");
        git(work, "add", ".gitmodules");
        git(work, "commit", "-q", "-m", "evil");
        server.publish("app");
        var thrown = catchThrowableOfType(
                SourceException.class, () -> fetches.fetch(null, repository("app", null, 1, true)));
        assertThat(thrown).hasMessageContaining("submodule 'x'");
        assertThat(thrown.code()).isIn(Code.SOURCE_REFUSED, Code.SOURCE_INVALID);
    }

    @Test
    void aSubmoduleOnAnotherHostDoesNotGetTheLogin() throws IOException {
        server.publish("app");
        try (var other = new GitServer(temp.resolve("git"))) {
            Files.writeString(
                    work.resolve(".gitmodules"),
                    "[submodule \"x\"]\n\tpath = x\n\turl = " + other.url("other.test", "app") + "\n");
            git(work, "update-index", "--add", "--cacheinfo", "160000," + first + ",x");
            git(work, "add", ".gitmodules");
            git(work, "commit", "-q", "-m", "elsewhere");
            server.publish("app");
            server.login = java.util.Optional.of("x-access-token:s3cret");
            var root =
                    fetches.checkout(new GitHttps(server.url("git.test", "app"), null, "s3cret", null, null, true, 1));
            assertThat(root.resolve("x/readme")).hasContent("one");
            assertThat(other.seen)
                    .isNotEmpty()
                    .allMatch(seen -> seen.authorization().isEmpty());
        }
    }

    @Test
    void aRepositoryThatContainsItselfEnds() throws IOException {
        Files.writeString(work.resolve(".gitmodules"), "[submodule \"x\"]\n\tpath = x\n\turl = ../app.git\n");
        git(work, "update-index", "--add", "--cacheinfo", "160000," + first + ",x");
        git(work, "add", ".gitmodules");
        String last = first;
        for (int i = 0; i < 8; i++) {
            git(work, "update-index", "--cacheinfo", "160000," + last + ",x");
            git(work, "commit", "-q", "-m", "level");
            last = git(work, "rev-parse", "HEAD");
        }
        server.publish("app");
        assertRefused(Code.SOURCE_TOO_LARGE, () -> fetches.fetch(null, repository("app", null, 1, true)))
                .hasMessageContaining("submodules");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "001e# service=git-upload-pack\n00000000",
                "001e# service=git-upload-pack\n0000zzzz",
                "001e# service=git-upload-pack\n0000ffffshort"
            })
    void anAnswerThatIsNotGitsIsInvalid(String body) throws IOException {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n";
        try (var raw = RawServer.answering(head + "Content-Length: " + body.length() + "\r\n\r\n" + body)) {
            var url = raw.url("git.test") + "x.git";
            var thrown = catchThrowableOfType(
                    SourceException.class, () -> fetches.fetch(null, withLogin(url, null, null, null)));
            assertThat(thrown.code()).as("%s", thrown).isIn(Code.SOURCE_INVALID, Code.SOURCE_NOT_FOUND);
        }
    }

    @Test
    void aRepositoryAboveTheCapIsCutOff() throws IOException {
        byte[] noise = new byte[3 << 20];
        new Random(1).nextBytes(noise);
        Files.write(work.resolve("noise"), noise);
        commit(work, "big");
        server.publish("app");
        fetches = fetches(1 << 20);
        assertRefused(Code.SOURCE_TOO_LARGE, () -> fetches.fetch(null, app(null, 1)))
                .hasMessageContaining("transfers more");
    }

    @Test
    void aSmallPackWithAHugeFileIsCutOff() throws IOException {
        Files.write(work.resolve("zeros"), new byte[3 << 20]);
        commit(work, "bomb");
        server.publish("app");
        fetches = fetches(1 << 20);
        assertRefused(Code.SOURCE_TOO_LARGE, () -> fetches.fetch(null, app(null, 1)))
                .hasMessageContaining("bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "/etc/passwd"})
    void aLinkOutOfTheRepositoryIsRefused(String target) throws IOException {
        Files.createSymbolicLink(work.resolve("evil"), Path.of(target));
        commit(work, "evil");
        server.publish("app");
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, app(null, 1)))
                .hasMessageContaining("'evil'");
    }

    @ParameterizedTest
    @ValueSource(strings = {".git", ".GIT", "..", "."})
    void aTreeThatNamesGitsOwnFolderIsRefused(String name) throws IOException {
        String blob = git(work, "hash-object", "-w", "readme");
        var tree = Files.write(temp.resolve("tree"), treeWith(name, blob));
        String treeId = git(work, "hash-object", "-w", "-t", "tree", "--literally", tree.toString());
        git(work, "update-ref", "refs/heads/evil", git(work, "commit-tree", "-m", "evil", treeId));
        server.publish("app");
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, app("evil", 1)));
    }

    private static byte[] treeWith(String name, String blob) {
        var tree = new java.io.ByteArrayOutputStream();
        tree.writeBytes(("100644 " + name + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        tree.writeBytes(java.util.HexFormat.of().parseHex(blob));
        return tree.toByteArray();
    }
}
