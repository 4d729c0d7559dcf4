package pond.worker.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Measures how many megabytes of log lines a second are masked with twenty secrets. Not a test; run its main by hand. */
final class MaskRate {
    private static final int ROUNDS = 6;

    private MaskRate() {}

    public static void main(String[] args) throws IOException {
        byte[] output = "[INFO] Compiling 42 source files to /tmp/work/target/classes (0.123 s) id=9f86d081884c7d65\n"
                .repeat(400_000)
                .getBytes(StandardCharsets.UTF_8);
        List<String> values = IntStream.range(0, 20)
                .mapToObj(i -> Integer.toHexString(i * 0x9E3779B1) + "-Secret/" + i + "+" + "x".repeat(24))
                .toList();
        long built = System.nanoTime();
        Secrets secrets = Secrets.of(values);
        System.out.printf("built in %.1f ms%n", (System.nanoTime() - built) / 1e6);
        for (int round = 0; round < ROUNDS; round++) {
            System.out.printf("masked %.0f MB/s%n", rate(output, secrets));
        }
    }

    private static double rate(byte[] output, Secrets secrets) throws IOException {
        long start = System.nanoTime();
        try (InputStream in = new MaskedStream(
                new ByteArrayInputStream(output), secrets.masker().orElseThrow())) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return output.length / 1e6 / ((System.nanoTime() - start) / 1e9);
    }
}
