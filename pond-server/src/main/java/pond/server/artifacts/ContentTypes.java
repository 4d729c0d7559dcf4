package pond.server.artifacts;

import java.util.Locale;
import java.util.Map;
import pond.common.ids.ArtifactName;

/**
 * The type that an artifact is served with, by the end of its name. The producer has no say: its bytes are untrusted, and
 * a browser that is shown {@code text/html}, SVG, XML or a script from this server's origin would run what is in them with
 * the rights of whoever looks. So those are served as plain text, and what the table does not know as mere bytes.
 */
final class ContentTypes {
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String BYTES = "application/octet-stream";

    private static final Map<String, String> BY_EXTENSION = Map.ofEntries(
            Map.entry("txt", TEXT),
            Map.entry("log", TEXT),
            Map.entry("out", TEXT),
            Map.entry("err", TEXT),
            Map.entry("diff", TEXT),
            Map.entry("patch", TEXT),
            Map.entry("yaml", TEXT),
            Map.entry("yml", TEXT),
            Map.entry("toml", TEXT),
            Map.entry("html", TEXT),
            Map.entry("htm", TEXT),
            Map.entry("xhtml", TEXT),
            Map.entry("svg", TEXT),
            Map.entry("xml", TEXT),
            Map.entry("js", TEXT),
            Map.entry("mjs", TEXT),
            Map.entry("css", TEXT),
            Map.entry("md", "text/markdown;charset=utf-8"),
            Map.entry("csv", "text/csv;charset=utf-8"),
            Map.entry("tsv", "text/tab-separated-values;charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("sarif", "application/json"),
            Map.entry("jsonl", "application/x-ndjson"),
            Map.entry("ndjson", "application/x-ndjson"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("zip", "application/zip"),
            Map.entry("gz", "application/gzip"),
            Map.entry("tgz", "application/gzip"),
            Map.entry("tar", "application/x-tar"));

    private ContentTypes() {}

    static String of(ArtifactName name) {
        String text = name.value();
        String extension = text.substring(text.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return BY_EXTENSION.getOrDefault(extension, BYTES);
    }
}
