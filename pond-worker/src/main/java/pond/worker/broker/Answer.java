package pond.worker.broker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import pond.worker.broker.http.Headers.Field;
import pond.worker.broker.provider.Provider;

/** An answer that is at hand as a whole. */
final class Answer {
    private static final Field TEXT = new Field("Content-Type", "text/plain; charset=utf-8");
    private static final Field JSON = new Field("Content-Type", "application/json");

    private final int status;
    private final List<Field> fields;
    private final byte[] body;

    Answer(int status, List<Field> fields, byte[] body) {
        this.status = status;
        this.fields = List.copyOf(fields);
        this.body = body;
    }

    /** An error in the shape that the provider's clients understand. */
    static Answer error(Provider provider, int status, String message, Field... more) {
        List<Field> fields = new ArrayList<>(List.of(more));
        fields.add(JSON);
        return new Answer(status, fields, provider.error(status, message).getBytes(StandardCharsets.UTF_8));
    }

    static Answer text(int status, String text) {
        return new Answer(status, List.of(TEXT), text.getBytes(StandardCharsets.UTF_8));
    }

    int status() {
        return status;
    }

    List<Field> fields() {
        return fields;
    }

    /** Not a copy: nobody changes it. */
    byte[] body() {
        return body;
    }
}
