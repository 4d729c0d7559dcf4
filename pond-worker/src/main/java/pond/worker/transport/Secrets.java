package pond.worker.transport;

import java.util.List;

/** What proves a call's right, and must not stand in a message. {@code toString} leaves it out. */
record Secrets(List<String> values) {
    private static final String SENDABLE = "[\\x21-\\x7e]{1,1024}";

    Secrets {
        values = List.copyOf(values);
    }

    static Secrets of(String... values) {
        for (String value : values) {
            // The library's own complaint about such a header would quote it.
            if (!value.matches(SENDABLE)) {
                throw new IllegalArgumentException("a bearer or lease token that cannot be sent");
            }
        }
        return new Secrets(List.of(values));
    }

    String masked(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, "***");
        }
        return masked;
    }

    @Override
    public String toString() {
        return "Secrets[" + values.size() + "]";
    }
}
