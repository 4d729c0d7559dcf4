package pond.worker.executors.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import pond.common.definition.BuiltinName;
import pond.common.definition.Glob;
import pond.common.json.Json;

/** A checkout on disk, and what a scan of it gave. */
final class Scanned implements Scan.Listener {
    final List<String> notes = new ArrayList<>();
    final List<String> progress = new ArrayList<>();
    final Path checkout;
    private final Path root;
    int stopAfter = Integer.MAX_VALUE;

    Scanned(Path root) throws IOException {
        this.root = root;
        this.checkout = Files.createDirectories(root.resolve("checkout"));
    }

    Scanned with(String path, String text) throws IOException {
        return with(path, text.getBytes(StandardCharsets.UTF_8));
    }

    Scanned with(String path, byte[] bytes) throws IOException {
        Path file = checkout.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, bytes);
        return this;
    }

    /** The records, after a check that all of the file is strict UTF-8. */
    List<JsonNode> run(BuiltinName name) throws IOException {
        return run(name, List.of(), List.of(), 100_000_000);
    }

    List<JsonNode> run(BuiltinName name, List<String> include, List<String> exclude, long maxBytes) throws IOException {
        Path output = Files.createTempDirectory(root, "output");
        Scan.Selection selection = new Scan.Selection(globs(include), globs(exclude));
        Scan.run(name, checkout, selection, output, maxBytes, this);
        byte[] bytes = Files.readAllBytes(output.resolve(Scan.RESULTS));
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return text.lines().map(Json::readTree).toList();
    }

    /** The records as they stand in the file. */
    static List<String> texts(List<JsonNode> records) {
        return records.stream().map(Json::write).toList();
    }

    static List<String> values(List<JsonNode> records, String... fields) {
        return records.stream()
                .map(record -> String.join(
                        " ",
                        Stream.of(fields)
                                .map(field -> record.path(field).asText())
                                .toList()))
                .toList();
    }

    private static List<Glob> globs(List<String> texts) {
        return texts.stream().map(Glob::of).toList();
    }

    @Override
    public boolean stopped() {
        return progress.size() >= stopAfter;
    }

    @Override
    public void progress(long done, long total) {
        progress.add(done + "/" + total);
    }

    @Override
    public void note(String text) {
        notes.add(text);
    }
}
