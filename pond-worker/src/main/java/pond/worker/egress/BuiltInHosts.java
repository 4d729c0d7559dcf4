package pond.worker.egress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The package registries and git hosts that stages may reach unless the operator says otherwise: a text resource with an
 * entry on each line and comments behind {@code #}. An operator's own list has the same form.
 */
public final class BuiltInHosts {
    private static final String RESOURCE = "egress-hosts.txt";

    private BuiltInHosts() {}

    /** The list that comes with the worker. */
    public static List<String> read() {
        try (InputStream in = Objects.requireNonNull(BuiltInHosts.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The entries of a list.
     *
     * @throws IllegalArgumentException for a line that is none
     */
    public static List<String> parse(String text) {
        List<String> entries = text.lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
        AllowList.of(entries);
        return entries;
    }
}
