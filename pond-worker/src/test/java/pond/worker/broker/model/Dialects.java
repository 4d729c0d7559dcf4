package pond.worker.broker.model;

import java.util.List;
import java.util.Optional;

/** The four wire formats. */
public final class Dialects {
    public static final Dialect MESSAGES = new MessagesDialect();
    public static final Dialect RESPONSES = new ResponsesDialect();
    public static final Dialect CHAT = new ChatDialect();
    public static final Dialect GEMINI = new GeminiDialect();
    public static final List<Dialect> ALL = List.of(MESSAGES, RESPONSES, CHAT, GEMINI);

    private Dialects() {}

    /** The format that is spoken on a path. */
    static Optional<Dialect> of(String path) {
        return ALL.stream().filter(dialect -> dialect.speaks(path)).findFirst();
    }
}
