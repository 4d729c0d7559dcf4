package pond.worker.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The ways in which a secret is commonly written: as it is, with CRLF, inside a JSON string, in a URL, in base64, and for
 * several lines each of them. A form that no common program writes is not looked for.
 */
final class SecretForms {
    /** A shorter line of a secret, such as a closing brace, is in too many texts. */
    private static final int SHORTEST_LINE = 8;
    /** In bytes, all together. Past it secrets are looked for as they are and by their lines alone: memory has a bound. */
    private static final int MOST_DERIVED = 1 << 20;
    /** What {@code encodeURIComponent}, a form, and Python's {@code quote} leave as it is beside letters and digits. */
    private static final List<String> URL_PLAIN = List.of("-_.~", "-_.!~*'()", "-_.*", "-_.~/");

    /** Widths at which {@code base64} and PEM break their lines. */
    private static final int[] WIDTHS = {76, 64};

    private static final int SHORTEST_TAIL = 8;

    private SecretForms() {}

    /** All forms of these values as bytes, each once; none is shorter than six bytes. */
    static List<byte[]> of(Collection<String> values) {
        Set<String> forms = new LinkedHashSet<>();
        int derived = 0;
        for (String value : values) {
            forms.add(value);
            value.lines()
                    .map(String::strip)
                    .filter(line -> line.length() >= SHORTEST_LINE)
                    .forEach(forms::add);
            for (String form : derived < MOST_DERIVED ? derived(value) : Set.<String>of()) {
                derived += forms.add(form) ? form.length() : 0;
            }
        }
        return forms.stream()
                .map(form -> form.getBytes(StandardCharsets.UTF_8))
                .filter(form -> form.length >= Secrets.SHORTEST)
                .toList();
    }

    private static Set<String> derived(String value) {
        if (value.length() > MOST_DERIVED / 64) {
            return Set.of();
        }
        Set<String> forms = new LinkedHashSet<>();
        forms.add(value.replace("\r\n", "\n").replace("\n", "\r\n"));
        for (boolean ascii : new boolean[] {false, true}) {
            for (boolean upper : new boolean[] {false, true}) {
                String json = json(value, ascii, upper);
                forms.add(json);
                forms.add(json.replace("/", "\\/"));
            }
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (String plain : URL_PLAIN) {
            for (boolean upper : new boolean[] {false, true}) {
                String url = url(bytes, plain, upper);
                forms.add(url);
                forms.add(url.replace("%20", "+"));
            }
        }
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            base64(bytes, encoder, forms);
        }
        return forms;
    }

    /** Alone, with and without padding and in lines; and what is sure of it inside a longer text, which can begin at three places. */
    private static void base64(byte[] bytes, Base64.Encoder encoder, Set<String> forms) {
        String alone = encoder.encodeToString(bytes);
        forms.add(alone);
        forms.add(encoder.withoutPadding().encodeToString(bytes));
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String text = encoder.encodeToString(shifted);
            // A character holds six bits; those at both ends have bits of the neighbours in them.
            forms.add(text.substring((before * 8 + 5) / 6, shifted.length * 8 / 6));
        }
        String sure = alone.substring(0, bytes.length * 8 / 6);
        for (int width : WIDTHS) {
            for (int at = 0; sure.length() > width && at < sure.length(); at += width) {
                String line = sure.substring(at, Math.min(at + width, sure.length()));
                forms.addAll(line.length() >= SHORTEST_TAIL ? List.of(line) : List.of());
            }
        }
    }

    private static String json(String value, boolean ascii, boolean upper) {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7E)) {
                        json.append("\\u").append(hex(c, 4, upper));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.toString();
    }

    private static String url(byte[] bytes, String plain, boolean upper) {
        StringBuilder url = new StringBuilder();
        for (byte b : bytes) {
            char c = (char) (b & 0xFF);
            boolean kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (kept || plain.indexOf(c) >= 0) {
                url.append(c);
            } else {
                url.append('%').append(hex(c, 2, upper));
            }
        }
        return url.toString();
    }

    private static String hex(int value, int digits, boolean upper) {
        String hex = Integer.toHexString(value);
        String padded = "0".repeat(digits - hex.length()) + hex;
        return upper ? padded.toUpperCase(Locale.ROOT) : padded;
    }
}
