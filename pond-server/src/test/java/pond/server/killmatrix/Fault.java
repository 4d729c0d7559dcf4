package pond.server.killmatrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** What goes wrong around a call, once. */
enum Fault {
    /** It never arrives; both sides live. */
    REQUEST_LOST(Victim.NOBODY, Moment.BEFORE),
    /** It took effect, and its caller never hears of it; both sides live. */
    ANSWER_LOST(Victim.NOBODY, Moment.AFTER),
    SERVER_KILLED_BEFORE(Victim.SERVER, Moment.BEFORE),
    SERVER_KILLED_WHILE(Victim.SERVER, Moment.WHILE),
    SERVER_KILLED_AFTER(Victim.SERVER, Moment.AFTER),
    /** The caller dies with half of the request sent. */
    CALLER_KILLED_BEFORE(Victim.CALLER, Moment.BEFORE),
    CALLER_KILLED_WHILE(Victim.CALLER, Moment.WHILE),
    CALLER_KILLED_AFTER(Victim.CALLER, Moment.AFTER);

    /** A call is answered within some milliseconds: so somewhere in its work. */
    private static final int MOST_WORK_MICROS = 4_000;

    private final Victim victim;
    private final Moment moment;

    Fault(Victim victim, Moment moment) {
        this.victim = victim;
        this.moment = moment;
    }

    /** Who is killed. */
    enum Victim {
        NOBODY,
        SERVER,
        CALLER
    }

    private enum Moment {
        /** The server has not seen the call. */
        BEFORE,
        /** The server has the call, and nobody its answer. */
        WHILE,
        /** The server has answered, and the answer has not arrived. */
        AFTER
    }

    /** What a call leaves behind that met a fault. */
    enum Effect {
        NONE,
        WHOLE,
        /** One of the two. */
        EITHER
    }

    Victim victim() {
        return victim;
    }

    Effect effect() {
        return switch (moment) {
            case BEFORE -> Effect.NONE;
            case WHILE -> Effect.EITHER;
            case AFTER -> Effect.WHOLE;
        };
    }

    /**
     * Lets it happen to all of these calls, with one kill.
     *
     * @return those that were to take effect before it and were refused instead
     */
    List<Call> strike(List<Held> calls, Random random, Runnable kill) {
        List<Call> refused = new ArrayList<>();
        switch (moment) {
            case BEFORE -> {
                if (victim == Victim.CALLER) {
                    calls.forEach(Held::sendHalf);
                }
            }
            case WHILE -> {
                calls.forEach(Held::send);
                LockSupport.parkNanos(1_000L * random.nextInt(MOST_WORK_MICROS));
            }
            // One after the other, as they came: a worker tells how far a stage is before it tells of its end.
            case AFTER ->
                calls.stream()
                        .filter(call -> !call.takesEffect())
                        .map(Held::call)
                        .forEach(refused::add);
        }
        kill.run();
        calls.forEach(Held::cut);
        return refused;
    }
}
