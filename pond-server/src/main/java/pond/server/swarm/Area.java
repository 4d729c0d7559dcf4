package pond.server.swarm;

import java.util.List;

/**
 * A part of the work that one agent is to do.
 *
 * @param key unique in its list
 * @param globs which files it is about, for the agent to read
 * @param why for the agent to read; may be empty
 */
public record Area(String key, String title, List<String> globs, String why) {
    public Area {
        globs = List.copyOf(globs);
    }
}
