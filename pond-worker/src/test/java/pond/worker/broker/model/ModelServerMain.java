package pond.worker.broker.model;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A {@link ModelServer} as a process of its own, for tests that start everything for real. The first argument is what the
 * tool call runs, the others are turns: a status such as {@code 429}, {@code cut} for a stream that breaks, {@code slow} for
 * one that takes a minute, {@code good}; with {@code *} at its end, this turn for good.
 */
public final class ModelServerMain {
    private static final int FOR_GOOD = 10_000;
    private static final Duration SLOW = Duration.ofSeconds(60);

    private ModelServerMain() {}

    /** Says where it listens and serves until it is killed. */
    public static void main(String[] args) throws Exception {
        ModelServer server = ModelServer.start();
        server.command(args[0]);
        Stream.of(args).skip(1).forEach(word -> turns(word).forEach(server::script));
        System.out.println("models listen on " + server.url());
        Thread.currentThread().join();
    }

    private static List<Turn> turns(String word) {
        boolean always = word.endsWith("*");
        String name = always ? word.substring(0, word.length() - 1) : word;
        Turn turn = switch (name) {
            case "good" -> Turn.good();
            case "cut" -> Turn.good().cut(2);
            case "slow" -> Turn.good().slow(SLOW);
            default -> Turn.status(Integer.parseInt(name));
        };
        return Collections.nCopies(always ? FOR_GOOD : 1, turn);
    }
}
