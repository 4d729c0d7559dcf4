package pond.worker.executors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** The smallest things that git, npm and Maven fetch from a server of plain files, and a project that needs Maven's. */
final class TestRepositories {
    private TestRepositories() {}

    /** A bare repository with one commit, to be cloned over plain files: git's way for servers that know nothing of git. */
    static void git(Path bare) throws IOException, InterruptedException {
        Path work = Files.createDirectories(bare.resolveSibling("work"));
        Files.writeString(work.resolve("README"), "cloned\n");
        command(work, "git", "init", "-q", ".");
        command(work, "git", "add", "README");
        command(work, "git", "-c", "user.name=t", "-c", "user.email=t@test", "commit", "-q", "-m", "first");
        command(work, "git", "clone", "-q", "--bare", ".", bare.toString());
        command(bare, "git", "update-server-info");
    }

    private static void command(Path folder, String... command) throws IOException, InterruptedException {
        Path log = folder.resolveSibling("command.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    /**
     * A registry with one package, {@code greeting}.
     *
     * @param url where the folder will be found
     */
    static void npm(Path folder, String url) throws Exception {
        byte[] packed = packed(Map.of(
                "package/package.json", "{\"name\": \"greeting\", \"version\": \"1.0.0\", \"main\": \"index.js\"}",
                "package/index.js", "module.exports = 'installed';"));
        Files.write(folder.resolve("greeting-1.0.0.tgz"), packed);
        String sum = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-512").digest(packed));
        Files.writeString(folder.resolve("greeting"), """
                {"name": "greeting", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {
                  "name": "greeting", "version": "1.0.0", "main": "index.js",
                  "dist": {"tarball": "%s/greeting-1.0.0.tgz", "integrity": "sha512-%s"}}}}
                """.formatted(url, sum));
    }

    private static byte[] packed(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] text = file.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(text.length);
                tar.putArchiveEntry(entry);
                tar.write(text);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** A project that needs plugins and a library, all of which this build itself has needed before. */
    static Map<String, String> mavenProject() throws IOException {
        StringBuilder plugins = new StringBuilder();
        String build = Files.readString(Path.of("..", "pom.xml"));
        for (String name : List.of("resources", "compiler", "surefire")) {
            plugins.append(plugin(build, name, ""));
        }
        plugins.append(plugin(build, "jar", """
                <configuration><archive><manifest><mainClass>Main</mainClass></manifest></archive></configuration>"""));
        return Map.of("src/main/java/Main.java", """
                @org.jspecify.annotations.NullMarked
                class Main {
                    public static void main(String[] args) {
                        System.out.println("built");
                    }
                }
                """, "pom.xml", """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>project</groupId><artifactId>project</artifactId><version>1</version>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencies>
                    <dependency>
                      <groupId>org.jspecify</groupId><artifactId>jspecify</artifactId><version>%s</version>
                    </dependency>
                  </dependencies>
                  <build><plugins>%s</plugins></build>
                </project>
                """.formatted(version(build, "jspecify"), plugins));
    }

    private static String plugin(String build, String name, String more) {
        String artifact = "maven-" + name + "-plugin";
        return "<plugin><artifactId>" + artifact + "</artifactId><version>" + version(build, artifact) + "</version>"
                + more + "</plugin>\n";
    }

    private static String version(String build, String artifact) {
        Matcher matcher = Pattern.compile("<artifactId>" + artifact + "</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(build);
        assertThat(matcher.find()).as(artifact).isTrue();
        return matcher.group(1);
    }

    /** Settings by which Maven asks one server for everything; the proxy is not in them. */
    static String mavenMirror(String url) {
        return """
                <settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
                  <mirrors>
                    <mirror><id>test</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
                  </mirrors>
                </settings>
                """.formatted(url);
    }
}
