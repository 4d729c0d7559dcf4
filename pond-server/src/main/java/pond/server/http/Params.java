package pond.server.http;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import pond.server.errors.PondException;

/**
 * The parameters of one request. A query parameter that the route does not have is refused, so that a mistyped one is
 * never lost; an empty one counts as absent; one that cannot be taken is refused by name (422).
 */
public final class Params {
    /** The longest wait of a long poll, in seconds; below the idle timeouts of common proxies. */
    public static final int MAX_WAIT_SECONDS = 50;

    private final Map<String, List<String>> values;

    private Params(Map<String, List<String>> values) {
        this.values = values;
    }

    /** The query of a request to a route that has these parameters and no other. */
    public static Params of(Context ctx, String... known) {
        List<String> names = Arrays.asList(known);
        Map<String, List<String>> given = ctx.queryParamMap();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                throw PondException.invalid(name, "there is no such query parameter here; " + known(names));
            }
        }
        return new Params(given);
    }

    /** An id in the path. One that is no id at all names nothing, exactly like one that does not exist. */
    public static <T> T path(Context ctx, String name, Function<String, Optional<T>> parse, String what) {
        return parse.apply(ctx.pathParam(name)).orElseThrow(() -> PondException.notFound(what));
    }

    /** A parameter as it stands; given twice it is refused. */
    public Optional<String> text(String name) {
        List<String> given = present(name);
        if (given.size() > 1) {
            throw PondException.invalid(name, "may be given once only");
        }
        return given.stream().findFirst();
    }

    /** A parameter with a form of its own, such as an id; {@code wanted} completes the sentence "must be …". */
    public <T> Optional<T> parsed(String name, Function<String, Optional<T>> parse, String wanted) {
        return text(name)
                .map(text -> parse.apply(text).orElseThrow(() -> PondException.invalid(name, "must be " + wanted)));
    }

    /** A whole number, both bounds included. */
    public int integer(String name, int min, int max, int otherwise) {
        return (int) number(name, min, max).orElse(otherwise);
    }

    /** An integer cursor such as {@code since}: 0 or more. */
    public OptionalLong cursor(String name) {
        return number(name, 0, Long.MAX_VALUE);
    }

    /** How long the caller is ready to wait; zero when it did not say. */
    public Duration wait(String name) {
        return Duration.ofSeconds(number(name, 0, MAX_WAIT_SECONDS).orElse(0));
    }

    /** A parameter that may repeat, each a word of a closed list, compared with the constants' {@code toString}. */
    public <E extends Enum<E>> List<E> all(String name, Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        List<E> found = new ArrayList<>();
        for (String word : present(name)) {
            found.add(constants.stream()
                    .filter(constant -> constant.toString().equals(word))
                    .findFirst()
                    .orElseThrow(() -> PondException.invalid(name, "must be one of " + words(constants))));
        }
        return List.copyOf(found);
    }

    /** A parameter that may repeat, {@code most} times at most, each with a form of its own as in {@link #parsed}. */
    public <T> List<T> parsedAll(String name, int most, Function<String, Optional<T>> parse, String wanted) {
        List<String> given = present(name);
        if (given.size() > most) {
            throw PondException.invalid(name, "may be given " + most + " times at most");
        }
        return given.stream()
                .map(text -> parse.apply(text).orElseThrow(() -> PondException.invalid(name, "must be " + wanted)))
                .toList();
    }

    private OptionalLong number(String name, long min, long max) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        String wanted = "must be a whole number from " + min + (max == Long.MAX_VALUE ? " on" : " to " + max);
        try {
            long number = Long.parseLong(text.get());
            if (number < min || number > max) {
                throw PondException.invalid(name, wanted);
            }
            return OptionalLong.of(number);
        } catch (NumberFormatException e) {
            throw PondException.invalid(name, wanted);
        }
    }

    private List<String> present(String name) {
        return values.getOrDefault(name, List.of()).stream()
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static String known(List<String> names) {
        return names.isEmpty() ? "this call takes none" : "known here: " + String.join(", ", names);
    }

    private static <E> String words(List<E> constants) {
        return String.join(", ", constants.stream().map(Object::toString).toList());
    }
}
