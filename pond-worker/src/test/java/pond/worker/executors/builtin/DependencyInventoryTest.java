package pond.worker.executors.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.BuiltinName;

final class DependencyInventoryTest {
    @TempDir
    Path temp = Path.of("");

    @Test
    void npm() throws Exception {
        assertThat(found("web/package.json", """
                        {"name": "x", "dependencies": {"react": "^18.0.0"}, "devDependencies": {"vite": "5", "odd": 1},
                         "scripts": {"test": "x"}}
                        """))
                .containsExactly("npm react ^18.0.0 runtime", "npm vite 5 dev", "npm odd null dev");
        assertThat(found("package-lock.json", """
                        {"lockfileVersion": 3, "packages": {"": {"name": "x", "version": "1"},
                         "node_modules/a": {"version": "1.2.3", "engines": {"node": ">=1"}, "bin": ["x"]},
                         "node_modules/a/node_modules/@s/b": {"version": "4.5.6", "dev": true}},
                         "dependencies": {"a": {"version": "1.2.3"}}}
                        """)).containsExactly("npm a 1.2.3 locked", "npm @s/b 4.5.6 locked-dev");
        assertThat(found("npm-shrinkwrap.json", "{\"dependencies\": {\"a\": {\"version\": \"1\", \"requires\": {}}}}"))
                .containsExactly("npm a 1 locked");
    }

    @Test
    void maven() throws Exception {
        assertThat(found("pom.xml", """
                        <project xmlns="http://maven.apache.org/POM/4.0.0">
                          <parent><groupId>org.acme</groupId><artifactId>parent</artifactId><version>7</version></parent>
                          <version>1.0</version>
                          <properties><junit.version>5.1</junit.version></properties>
                          <dependencies>
                            <dependency><groupId>${project.groupId}</groupId><artifactId>a</artifactId>
                              <version>${project.version}</version>
                              <exclusions><exclusion><groupId>no</groupId><artifactId>no</artifactId></exclusion></exclusions>
                            </dependency>
                            <dependency><groupId>org.junit</groupId><artifactId>junit</artifactId>
                              <version>${junit.version}</version><scope>test</scope></dependency>
                          </dependencies>
                          <dependencyManagement><dependencies>
                            <dependency><groupId>g</groupId><artifactId>bom</artifactId><version>${other}</version></dependency>
                          </dependencies></dependencyManagement>
                          <build><plugins><plugin><artifactId>maven-jar-plugin</artifactId></plugin></plugins></build>
                        </project>
                        """))
                .containsExactly(
                        "maven org.acme:parent 7 parent",
                        "maven ${project.groupId}:a 1.0 compile",
                        "maven org.junit:junit 5.1 test",
                        "maven g:bom ${other} managed",
                        "maven org.apache.maven.plugins:maven-jar-plugin null plugin");
    }

    @Test
    void noEntityOfAnXmlFileIsRead() throws Exception {
        Path secret = Files.writeString(temp.resolve("secret"), "leaked");
        String pom = "<!DOCTYPE project [<!ENTITY e SYSTEM \"" + secret.toUri() + "\">]><project><dependencies>"
                + "<dependency><artifactId>&e;</artifactId></dependency></dependencies></project>";

        List<JsonNode> records = new Scanned(temp).with("pom.xml", pom).run(BuiltinName.DEPENDENCY_INVENTORY);

        assertThat(Scanned.values(records, "type", "message")).containsExactly("problem does not parse");
    }

    @Test
    void python() throws Exception {
        assertThat(found("requirements-dev.txt", """
                        # comment
                        requests[security]>=2.0,<3  # why
                        Flask == 3.0 ; python_version > "3.8"
                        plain
                        -r other.txt
                        git+https://host/repo.git
                        pkg @ https://host/pkg.whl
                        hashed==1.0 \\
                            --hash=sha256:abc
                        """))
                .containsExactly(
                        "pypi requests >=2.0,<3 runtime",
                        "pypi Flask == 3.0 runtime",
                        "pypi plain null runtime",
                        "pypi pkg @ https://host/pkg.whl runtime",
                        "pypi hashed ==1.0 runtime");
        assertThat(found("pyproject.toml", """
                        [build-system]
                        requires = ["hatchling>=1"]
                        [project]
                        dependencies = ["httpx~=0.27"]
                        [project.optional-dependencies]
                        cli = ["rich"]
                        [dependency-groups]
                        dev = ["pytest", {include-group = "x"}]
                        [tool.poetry.dependencies]
                        python = "^3.11"
                        [tool.poetry.group.docs.dependencies]
                        mkdocs = {version = "1.5", optional = true}
                        """))
                .containsExactly(
                        "pypi httpx ~=0.27 runtime",
                        "pypi rich null extra:cli",
                        "pypi pytest null group:dev",
                        "pypi hatchling >=1 build",
                        "pypi python ^3.11 runtime",
                        "pypi mkdocs 1.5 group:docs");
    }

    @Test
    void cargoGoAndRuby() throws Exception {
        assertThat(found("Cargo.toml", """
                        [dependencies]
                        serde = { version = "1", features = ["derive"] }
                        local = { path = "../local" }
                        [dev-dependencies]
                        rand = "0.8"
                        [target.'cfg(unix)'.dependencies]
                        libc = "0.2"
                        """))
                .containsExactly(
                        "cargo serde 1 runtime",
                        "cargo local null runtime",
                        "cargo rand 0.8 dev",
                        "cargo libc 0.2 runtime");
        assertThat(found("go.mod", """
                        module example.com/x
                        go 1.22
                        require example.com/one v1.0.0
                        require (
                        \texample.com/two v2.0.0 // indirect
                        \texample.com/three v0.0.0-2024-abc
                        )
                        replace example.com/one => ../one
                        """))
                .containsExactly(
                        "go example.com/one v1.0.0 runtime",
                        "go example.com/two v2.0.0 indirect",
                        "go example.com/three v0.0.0-2024-abc runtime");
        assertThat(found("Gemfile", """
                        source "https://rubygems.org"
                        gem "rails", "~> 7.1"
                        gem 'pg'
                        group :test, :development do
                          gem "rspec", require: false
                        end
                        gem "rubocop", group: :lint
                        """))
                .containsExactly(
                        "rubygems rails ~> 7.1 runtime",
                        "rubygems pg null runtime",
                        "rubygems rspec null group:test",
                        "rubygems rubocop null group:lint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"package.json", "package-lock.json", "pom.xml", "pyproject.toml", "Cargo.toml"})
    void aManifestThatDoesNotParseIsAProblemAndNoFailure(String name) throws Exception {
        List<JsonNode> records = new Scanned(temp)
                .with("1/" + name, "[[[ <<< {{{")
                .with("2/" + name, "[".repeat(100_000))
                .with("3/" + name, "x = " + "[".repeat(100_000))
                .with("4/" + name, "<project>" + "<a>".repeat(100_000))
                .with("5/" + name, "{\"packages\":" + "{\"a\":".repeat(100_000))
                .with("6/" + name, "x".repeat(17 << 20))
                .run(BuiltinName.DEPENDENCY_INVENTORY);

        assertThat(Scanned.values(records, "type")).hasSize(6).containsOnly("problem");
    }

    private List<String> found(String path, String text) throws Exception {
        Scanned tree = new Scanned(Files.createTempDirectory(temp, "tree"));
        List<JsonNode> records = tree.with(path, text).run(BuiltinName.DEPENDENCY_INVENTORY);
        assertThat(Scanned.values(records, "type", "manifest")).containsOnly("dependency " + path);
        return Scanned.values(records, "ecosystem", "name", "version", "scope");
    }
}
