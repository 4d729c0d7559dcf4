package pond.common.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LinkRulesTest {
    @Test
    void linksThatStayAreFine() {
        assertThat(LinkRules.findEscape(Map.of(
                        "current", "releases/1",
                        "a/b/up", "../../file",
                        "docs/x", "../src/../README.md",
                        "here", "./.",
                        "dangling", "nothing/there")))
                .isEmpty();
    }

    @Test
    void aLinkThatLeadsOutIsNamed() {
        assertThat(LinkRules.findEscape(Map.of("a/out", "../../etc/passwd"))).contains("a/out");
        assertThat(LinkRules.findEscape(Map.of("out", ".."))).contains("out");
        assertThat(LinkRules.findEscape(Map.of("out", "/etc/passwd"))).contains("out");
    }

    @Test
    void aLinkThatLeadsOutThroughAnotherIsNamed() {
        assertThat(LinkRules.findEscape(Map.of("folder/up", "..", "x", "folder/up/..")))
                .contains("x");
        assertThat(LinkRules.findEscape(Map.of("a/b", "../c/d", "c/d", "../..", "e", "a/b/secret")))
                .isPresent();
    }

    @Test
    void aLoopLeadsNowhere() {
        assertThat(LinkRules.findEscape(Map.of("a", "b", "b", "a", "self", "self")))
                .isEmpty();
    }
}
