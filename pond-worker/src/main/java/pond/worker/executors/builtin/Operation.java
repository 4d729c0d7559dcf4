package pond.worker.executors.builtin;

import java.io.IOException;
import pond.common.definition.BuiltinName;
import pond.worker.checkout.FolderWalk;

/** What is done with each file of a checkout. One object a scan, used by one thread. */
interface Operation {
    static Operation of(BuiltinName name) {
        return switch (name) {
            case FILE_INVENTORY -> new FileInventory();
            case TODO_SCAN -> new MarkerScan();
            case LANGUAGE_STATS -> new LanguageStats();
            case SECRET_SCAN -> new SecretScan();
            case DEPENDENCY_INVENTORY -> new DependencyInventory();
        };
    }

    /** Takes a file. An exception means that it could not be read; what was written about it so far stays. */
    void file(SourceFile file, Records records) throws IOException;

    /** Takes what is no regular file or could not be read. */
    default void skipped(String path, FolderWalk.Reason reason, Records records) throws IOException {}

    /** Called once after the last file; returns what there is to say in the log, a sentence without a full stop. */
    String finish(Records records) throws IOException;
}
