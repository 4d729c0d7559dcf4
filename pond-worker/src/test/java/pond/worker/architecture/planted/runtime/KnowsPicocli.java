package pond.worker.architecture.planted.runtime;

import picocli.CommandLine;
import pond.worker.architecture.planted.sandbox.EarlyRoom;

/** With {@link EarlyRoom} it makes a circle. */
public record KnowsPicocli(CommandLine line, Class<EarlyRoom> earlier) {
    Object circle() {
        return new EarlyRoom(this);
    }
}
