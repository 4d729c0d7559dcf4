package pond.server.architecture.planted.runs;

import java.sql.Connection;
import pond.server.architecture.planted.db.EarlyRoom;

/** With {@link EarlyRoom} it makes a circle. */
public record KnowsSql(Connection connection, Class<EarlyRoom> earlier) {
    Object circle() {
        return new EarlyRoom(this);
    }
}
