package pond.worker.broker;

/** A request ends with an answer of the broker's own. */
final class Refused extends Exception {
    private final transient Answer answer;

    Refused(Answer answer) {
        super("answered with " + answer.status());
        this.answer = answer;
    }

    Answer answer() {
        return answer;
    }
}
