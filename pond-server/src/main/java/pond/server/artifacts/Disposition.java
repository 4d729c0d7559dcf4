package pond.server.artifacts;

import java.nio.charset.StandardCharsets;
import pond.common.ids.ArtifactName;

/** {@code Content-Disposition} of a download (RFC 6266): the last part of the name, for old clients and for new ones. */
final class Disposition {
    /** What needs no escape in an extended parameter: {@code attr-char} of RFC 8187. */
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";

    private Disposition() {}

    static String attachment(ArtifactName name) {
        String file = name.value().substring(name.value().lastIndexOf('/') + 1);
        StringBuilder ascii = new StringBuilder();
        file.codePoints().forEach(c -> ascii.append(isQuotable(c) ? (char) c : '_'));
        StringBuilder encoded = new StringBuilder();
        for (byte b : file.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b));
            }
        }
        return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
    }

    /** Percent signs too: some clients decode them. */
    private static boolean isQuotable(int c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '%';
    }
}
