package pond.worker.checkout;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * File names as UTF-8, whatever locale the JVM was started in. In the plain "C" locale, which is what a service often
 * gets, the JDK cannot make a path from a name with an umlaut, and shows one that is there with question marks. A file
 * URI carries a name's bytes unchanged in both directions.
 */
public final class FileNames {
    private FileNames() {}

    /** A relative path of one part. The name is not empty and has neither {@code /} nor NUL. */
    public static Path path(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == name.length()) {
            return Path.of(name);
        }
        StringBuilder uri = new StringBuilder("file:///");
        for (byte one : bytes) {
            uri.append(String.format("%%%02X", one & 0xff));
        }
        return Path.of(URI.create(uri.toString())).getFileName();
    }

    /** The last part of a path; bytes that are not UTF-8 become U+FFFD. */
    static String text(Path path) {
        String text = path.getFileName().toString();
        if (text.chars().allMatch(c -> c < 0x80)) {
            return text;
        }
        // From the root, because only the bytes of the name are wanted, not those of the folders above.
        String raw = Path.of("/").resolve(path.getFileName()).toUri().getRawPath();
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int i = 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) Integer.parseInt(raw, i + 1, i + 3, 16);
                i += 2;
            } else if (c != '/') {
                bytes[length++] = (byte) c;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
