package pond.server.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;

class SourceOptionTest {
    @ParameterizedTest
    @CsvSource({
        "https://example.org/a/b.git, GIT",
        "https://example.org/a/b, GIT",
        "https://example.org/b.tar.gz, TARBALL",
        "HTTPS://example.org/b.TGZ?signature=x.git, TARBALL",
        "http://127.0.0.1:1/b.tar.bz2, TARBALL",
        "https://example.org/x?file=b.tgz, GIT",
        "/srv/app, FOLDER",
        "app/release.tar.gz, FOLDER",
        "., FOLDER"
    })
    void aSourceIsWhatItLooksLike(String text, SourceOption.Kind kind) {
        assertThat(SourceOption.parse(text)).isEqualTo(new SourceOption(kind, text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"git@github.com:a/b.git", "ssh://host/a", "git://host/a", "file:///srv/app", ""})
    void whatNoServerFetchesIsSaidHere(String text) {
        assertThatThrownBy(() -> SourceOption.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--source");
    }

    @Test
    void labelsAreThoseThatNoOtherSourceHas() {
        ArrayNode sources = JsonNodeFactory.instance.arrayNode();
        sources.addObject().put("label", "git");

        SourceOption.parse("https://example.org/a").addTo(sources).put("ref", "main");
        SourceOption.parse("https://example.org/b").addTo(sources);
        SourceOption.parse("x").addTo(sources);

        assertThat(sources).isEqualTo(Json.readTree("""
                [{"label": "git"},
                 {"label": "git-2", "kind": "git_https", "config": {"url": "https://example.org/a", "ref": "main"}},
                 {"label": "git-3", "kind": "git_https", "config": {"url": "https://example.org/b"}},
                 {"label": "folder", "kind": "folder", "config": {"path": "x"}}]"""));
    }
}
