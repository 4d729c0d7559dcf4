package pond.server.db;

import java.util.ArrayList;
import java.util.List;

/** What a piece of work wants done besides: at its own end, after its commit, or when nothing of it stands. */
final class Hooks {
    final List<Runnable> last = new ArrayList<>(1);
    final List<Runnable> afterCommit = new ArrayList<>(2);
    final List<Runnable> undone = new ArrayList<>(0);

    /** Also those that are added meanwhile. */
    void runLast() {
        for (int i = 0; i < last.size(); i++) {
            last.get(i).run();
        }
    }
}
