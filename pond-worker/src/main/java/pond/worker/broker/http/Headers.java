package pond.worker.broker.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Header fields in their order; names are compared without regard to case. */
public record Headers(List<Field> fields) {
    /** Fields that belong to one connection (RFC 9110 7.6.1), never to be passed on. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    public Headers {
        fields = List.copyOf(fields);
    }

    /** One field. Its value may be a secret, so it is not printed. */
    public record Field(String name, String value) {
        public String lowerName() {
            return name.toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    public List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    /** Whether a field that is a list of words has this one. */
    public boolean hasWord(String name, String word) {
        return words(name).contains(word);
    }

    /** The fields that pass, without those of the connection. */
    public List<Field> passing(Predicate<String> lowerName) {
        List<String> named = words("connection");
        List<Field> passing = new ArrayList<>();
        for (Field field : fields) {
            String name = field.lowerName();
            if (!HOP_BY_HOP.contains(name) && !named.contains(name) && lowerName.test(name)) {
                passing.add(field);
            }
        }
        return passing;
    }

    private List<String> words(String name) {
        return all(name).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(word -> word.strip().toLowerCase(Locale.ROOT))
                .toList();
    }
}
