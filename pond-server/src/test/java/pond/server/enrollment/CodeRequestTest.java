package pond.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.json.Json;
import pond.common.problems.Problem;
import pond.server.errors.PondException;

class CodeRequestTest {
    @Test
    void anEmptyBodyGivesTheDefaults() {
        assertThat(read("{}")).isEqualTo(new CodeRequest(List.of(), "trusted", Duration.ofHours(1), 1, null));
    }

    @Test
    void everythingCanBeGiven() {
        String fingerprint = "SHA256:" + "a".repeat(43);

        assertThat(read("{\"tags\":[\"gpu\",\"tenant:acme corp\",\"gpu\"],\"pool\":\"byo\",\"ttl_sec\":60,"
                        + "\"max_uses\":1000,\"fingerprint\":\"" + fingerprint + "\"}"))
                .isEqualTo(new CodeRequest(
                        List.of("gpu", "tenant:acme corp"), "byo", Duration.ofMinutes(1), 1000, fingerprint));
    }

    @Test
    void aPoolAmongTheTagsTakesThePlaceOfTheDefault() {
        assertThat(read("{\"tags\":[\"pool:any\"]}").pool()).isNull();
        assertThat(read("{\"tags\":[\"pool:any\"],\"pool\":\"byo\"}").pool()).isEqualTo("byo");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    []                              | body
                    {"tags":"gpu"}                  | tags
                    {"tags":[1]}                    | tags[0]
                    {"tags":["ok","-no"]}           | tags[1]
                    {"tags":["a b"]}                | tags[0]
                    {"tags":["pool:"]}              | tags[0]
                    {"tags":["pool:A"]}             | tags[0]
                    {"tags":["tenant:"]}            | tags[0]
                    {"pool":"A"}                    | pool
                    {"pool":""}                     | pool
                    {"ttl_sec":59}                  | ttl_sec
                    {"ttl_sec":2592001}             | ttl_sec
                    {"ttl_sec":"60"}                | ttl_sec
                    {"max_uses":0}                  | max_uses
                    {"max_uses":1001}               | max_uses
                    {"fingerprint":"SHA256:x"}      | fingerprint
                    {"fingerprint":7}               | fingerprint
                    {"maxUses":2}                   | maxUses
                    """)
    void eachMistakeIsNamed(String body, String field) {
        assertThat(problems(body)).extracting(Problem::field).containsExactly(field);
    }

    @Test
    void allMistakesAreNamedTogether() {
        assertThat(problems("{\"tags\":[\"a b\"],\"pool\":\"-\",\"ttl_sec\":1,\"max_uses\":0,\"more\":1}"))
                .extracting(Problem::field)
                .containsExactly("tags[0]", "pool", "ttl_sec", "max_uses", "more");
    }

    @Test
    void tooManyTagsAreRefused() {
        String tags = "\"t\",".repeat(64);
        assertThat(problems("{\"tags\":[" + tags.substring(0, tags.length() - 1) + "]}"))
                .extracting(Problem::field)
                .containsExactly("tags");
    }

    private static CodeRequest read(String body) {
        return CodeRequest.read(Json.readTree(body));
    }

    private static List<Problem> problems(String body) {
        List<List<Problem>> found = new java.util.ArrayList<>();
        assertThatThrownBy(() -> read(body))
                .asInstanceOf(type(PondException.class))
                .satisfies(refusal -> found.add(refusal.problems()));
        return found.get(0);
    }
}
