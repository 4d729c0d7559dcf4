package pond.server.usage;

import java.util.List;
import java.util.Optional;
import pond.common.ids.LabelMatch;

/** What calls are added up by. */
sealed interface Grouping {
    /** What a grouping must be; completes the sentence "must be …". */
    String WANTED = "project, model, day or label:KEY";

    String LABEL_PREFIX = "label:";

    /** As a caller writes it. */
    String text();

    /** Under which names a group says what it is; one for each of its columns. */
    List<String> names();

    /** One of the columns that every call has. */
    enum Column implements Grouping {
        PROJECT("project"),
        MODEL("model"),
        DAY("day");

        private final String text;

        Column(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }

        /** Models of one name may belong to several providers, each with prices of its own. */
        @Override
        public List<String> names() {
            return this == MODEL ? List.of(text, "provider") : List.of(text);
        }
    }

    /** The value of a label of the run. */
    record Label(String key) implements Grouping {
        @Override
        public String text() {
            return LABEL_PREFIX + key;
        }

        @Override
        public List<String> names() {
            return List.of(text());
        }
    }

    static Optional<Grouping> parse(String text) {
        if (text.startsWith(LABEL_PREFIX)) {
            String key = text.substring(LABEL_PREFIX.length());
            return LabelMatch.isKey(key) ? Optional.of(new Label(key)) : Optional.empty();
        }
        for (Column column : Column.values()) {
            if (column.text().equals(text)) {
                return Optional.of(column);
            }
        }
        return Optional.empty();
    }
}
