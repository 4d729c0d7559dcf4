package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SecretsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY =
            "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END KEY-----\n";

    @Property(tries = 300)
    void theFormsThatProgramsWriteAreMasked(@ForAll("secrets") String secret) throws JsonProcessingException {
        Secrets secrets = Secrets.of(List.of(secret));
        String json = JSON.writeValueAsString(secret);
        String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);

        assertThat(secrets.mask("<" + secret + ">")).isEqualTo("<***>");
        assertThat(secrets.mask(json)).isEqualTo("\"***\"");
        assertThat(secrets.mask("?k=" + form + "&x")).isEqualTo("?k=***&x");
        assertThat(secrets.mask("?k=" + form.replace("+", "%20") + "&x")).isEqualTo("?k=***&x");
        assertThat(secrets.mask(base64(secret))).isEqualTo("***");
        assertThat(secrets.mask(base64(secret).replace("=", ""))).isEqualTo("***");
    }

    /** At most one character at each end is shared with a neighbour and stays. */
    @Property(tries = 300)
    void aSecretInsideALongerBase64TextIsMasked(
            @ForAll("secrets") String secret, @ForAll @IntRange(min = 0, max = 5) int before) {
        String text = base64("u".repeat(before) + secret + ":password");

        String masked = Secrets.of(List.of(secret)).mask(text);

        int first = (before * 8 + 5) / 6;
        int end = (before + secret.getBytes(StandardCharsets.UTF_8).length) * 8 / 6;
        assertThat(masked).startsWith(text.substring(0, first) + Secrets.MASK);
        assertThat(text.substring(end)).endsWith(masked.substring(first + Secrets.MASK.length()));
    }

    @Test
    void lowerCaseHexInUrlsIsMasked() {
        String form = URLEncoder.encode("p/ss+wörd?", StandardCharsets.UTF_8);

        assertThat(Secrets.of(List.of("p/ss+wörd?")).mask(form.toLowerCase(Locale.ROOT)))
                .isEqualTo("***");
    }

    @Test
    void eachLongLineOfASecretIsMaskedAndTheWholeInOnePiece() {
        Secrets secrets = Secrets.of(List.of(KEY));

        assertThat(secrets.mask("a\n" + KEY + "b")).isEqualTo("a\n***\nb");
        assertThat(secrets.mask("  BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj  ")).isEqualTo("  ***  ");
        assertThat(secrets.mask("key: " + KEY.strip().replace("\n", "\\n"))).isEqualTo("key: ***");
        assertThat(secrets.mask(KEY.replace("\n", "\r\n"))).isEqualTo("***\r\n");
        String wrapped =
                Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(KEY.getBytes(StandardCharsets.UTF_8));
        assertThat(secrets.mask(wrapped).lines()).allMatch(line -> line.startsWith("***") && line.length() < 8);
    }

    @Test
    void shortValuesAreNotMasked() {
        assertThat(Secrets.of(List.of("short", "  blank  "))).isSameAs(Secrets.NONE);
        assertThat(Secrets.NONE.mask("short")).isEqualTo("short");
        assertThat(Secrets.of(List.of("longer\n")).mask("longer\nnext")).isEqualTo("***\nnext");
    }

    @Test
    void secretsAreNeverPrinted() {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next("w")).with("TOKEN", "tell-nobody");
        Command command = new Command(List.of("true"), Path.of("/"), environment, Secrets.of(List.of("tell-nobody")));

        assertThat(command.toString()).contains("1 secrets").doesNotContain("tell-nobody");
    }

    @Test
    void manyLargeSecretsStayWithinTheBoundOfMemory() {
        List<String> values =
                IntStream.range(0, 60).mapToObj(i -> (i + "-").repeat(4000)).toList();

        int bytes =
                SecretForms.of(values).stream().mapToInt(form -> form.length).sum();

        assertThat(bytes).isLessThan(4 << 20);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Without blanks around, and without the mask's own character. */
    @Provide
    Arbitrary<String> secrets() {
        return Arbitraries.strings()
                .withChars("abcXYZ019 \"\\/+&=?%-_.~!'()\té€")
                .ofMinLength(4)
                .ofMaxLength(90)
                .map(middle -> "k" + middle + "9");
    }
}
