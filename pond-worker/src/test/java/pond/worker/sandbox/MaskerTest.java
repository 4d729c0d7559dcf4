package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MaskerTest {
    /** Few letters, so that secrets overlap, repeat and begin each other; raw patterns, so that a reference is simple. */
    @Property(tries = 2000)
    void whatIsMaskedDoesNotDependOnChunksAndNoByteOfASecretIsLeft(
            @ForAll("secrets") List<String> secrets, @ForAll("texts") String text, @ForAll long seed) {
        List<byte[]> patterns = secrets.stream().map(MaskerTest::bytes).toList();
        Masker masker = new Masker(PatternTree.of(patterns));

        String masked = inChunks(masker, bytes(text), new Random(seed));

        assertThat(masked).isEqualTo(reference(secrets, text));
        assertThat(secrets).noneMatch(masked::contains);
        assertThat(masker.places()).isEqualTo(masked.split("\\*\\*\\*", -1).length - 1);
    }

    @Property(tries = 500)
    void arbitraryBytesWithoutASecretAreLeftAsTheyAre(@ForAll byte[] output, @ForAll long seed) throws IOException {
        Masker masker = Secrets.of(List.of("a secret that is long enough to be drawn never"))
                .masker()
                .orElseThrow();
        Random random = new Random(seed);
        InputStream pipe = new ByteArrayInputStream(output) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(7)));
            }
        };

        MaskedStream stream = new MaskedStream(pipe, masker);

        assertThat(stream.readAllBytes()).isEqualTo(output);
        assertThat(stream.came()).isEqualTo(output.length);
        assertThat(masker.places()).isZero();
    }

    @Test
    void aFinishedLineIsNotHeldBackAndTheBeginningOfASecretIs() {
        Masker masker = new Masker(PatternTree.of(List.of(bytes("secret-value"))));

        masker.accept(bytes("a line\nsecret"));
        assertThat(masker.take()).asString().isEqualTo("a line\n");
        masker.accept(bytes("s are kept\n"));
        assertThat(masker.take()).asString().isEqualTo("secrets are kept\n");
        masker.accept(bytes("secret-val"));
        masker.finish();
        assertThat(masker.take()).asString().isEqualTo("secret-val");
        assertThat(masker.places()).isZero();
    }

    @Test
    void secretsThatOverlapGoTogether() {
        Masker masker = new Masker(PatternTree.of(List.of(bytes("abcdef"), bytes("defghi"))));

        masker.accept(bytes("<abcdefghi>"));
        masker.finish();

        assertThat(masker.take()).asString().isEqualTo("<***>");
        assertThat(masker.places()).isEqualTo(1);
    }

    private static String reference(List<String> secrets, String text) {
        boolean[] gone = new boolean[text.length()];
        for (String secret : secrets) {
            for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
                Arrays.fill(gone, at, at + secret.length(), true);
            }
        }
        StringBuilder masked = new StringBuilder();
        for (int i = 0; i < gone.length; i++) {
            if (!gone[i]) {
                masked.append(text.charAt(i));
            } else if (i == 0 || !gone[i - 1]) {
                masked.append("***");
            }
        }
        return masked.toString();
    }

    private static String inChunks(Masker masker, byte[] text, Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int most = 1 << random.nextInt(9);
        for (int at = 0; at < text.length; ) {
            int count = Math.min(text.length - at, 1 + random.nextInt(most));
            masker.accept(text, at, count);
            out.writeBytes(masker.take());
            at += count;
        }
        masker.finish();
        out.writeBytes(masker.take());
        return out.toString(StandardCharsets.UTF_8);
    }

    @Provide
    Arbitrary<List<String>> secrets() {
        return letters(6, 14).list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(letters(0, 400), letters(6, 9).map(word -> word.repeat(30)));
    }

    private static Arbitrary<String> letters(int least, int most) {
        return Arbitraries.strings()
                .withChars('a', 'b', '\n')
                .ofMinLength(least)
                .ofMaxLength(most);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
