package pond.worker.executors.builtin;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Predicate;
import pond.common.definition.BuiltinName;
import pond.common.definition.Glob;
import pond.worker.checkout.FolderWalk;

/**
 * Runs one operation over a checkout. The tree is walked twice, first to count, so that progress has a total; links are
 * not followed and folders named {@code .git} are left out.
 */
public final class Scan {
    /** The file that results are written to, in the output folder. */
    public static final String RESULTS = "results.jsonl";

    private static final int MAX_NOTES = 50;

    private final Predicate<String> selected;
    private final Operation operation;
    private final Listener listener;
    private long total;
    private long done;
    private int notes;

    private Scan(Predicate<String> selected, Operation operation, Listener listener) {
        this.selected = selected;
        this.operation = operation;
        this.listener = listener;
    }

    /** What a scan asks and tells while it runs, on its own thread. */
    public interface Listener {
        /** Asked between files: whether to end early. */
        boolean stopped();

        /** Files seen so far, of so many. */
        void progress(long done, long total);

        /** A line for the log. */
        void note(String text);
    }

    /** Which files of the checkout are looked at; no {@code include} means all. */
    public record Selection(List<Glob> include, List<Glob> exclude) {
        boolean has(String path) {
            return (include.isEmpty() || include.stream().anyMatch(glob -> glob.matches(path)))
                    && exclude.stream().noneMatch(glob -> glob.matches(path));
        }
    }

    /**
     * Scans and writes the results, at most {@code maxBytes} of them; what is past that is left out, and a note says how
     * much. Stopped early, it leaves the results so far.
     *
     * @throws IOException when the checkout is not there or the results cannot be written
     */
    public static void run(
            BuiltinName name, Path checkout, Selection selection, Path output, long maxBytes, Listener listener)
            throws IOException {
        Scan scan = new Scan(selection::has, Operation.of(name), listener);
        FolderWalk.walk(checkout, scan.new Counting());
        Path results = output.resolve(RESULTS);
        try (Records records = new Records(
                new BufferedOutputStream(
                        Files.newOutputStream(results, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)),
                maxBytes)) {
            FolderWalk.walk(checkout, scan.new Reading(records));
            if (!listener.stopped()) {
                listener.note(name + ": " + scan.operation.finish(records));
            }
            if (records.leftOut() > 0) {
                listener.note(records.leftOut() + " records are past the limit of " + maxBytes + " bytes");
            }
        }
    }

    private abstract class Visitor implements FolderWalk.Visitor {
        @Override
        public boolean enters(String path) {
            return !path.equals(".git") && !path.endsWith("/.git");
        }

        @Override
        public boolean stopped() {
            return listener.stopped();
        }
    }

    private final class Counting extends Visitor {
        @Override
        public void file(FolderWalk.Found file) {
            if (selected.test(file.path())) {
                total++;
            }
        }

        @Override
        public void skipped(String path, FolderWalk.Reason reason) {}
    }

    private final class Reading extends Visitor {
        private final Records records;

        Reading(Records records) {
            this.records = records;
        }

        @Override
        public void file(FolderWalk.Found found) throws IOException {
            if (!selected.test(found.path())) {
                return;
            }
            try (SourceFile file = new SourceFile(found)) {
                operation.file(file, records);
            } catch (UnreadableException e) {
                note(found.path(), FolderWalk.Reason.UNREADABLE.toString());
            }
            listener.progress(++done, total);
        }

        @Override
        public void skipped(String path, FolderWalk.Reason reason) throws IOException {
            if (reason != FolderWalk.Reason.LINK && reason != FolderWalk.Reason.SPECIAL) {
                note(path, reason.toString());
            }
            if (selected.test(path)) {
                operation.skipped(path, reason, records);
            }
        }

        private void note(String path, String why) {
            if (++notes <= MAX_NOTES) {
                listener.note("'" + path + "' " + why);
            }
        }
    }
}
